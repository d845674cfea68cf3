{#- Drawing by a hash: the same sittings for everybody who runs it, and none that anybody chose (docs/decisions/0035). -#}

{#- A text as a whole number from 0 to 2^32 - 1, evenly spread: the first eight hexadecimal digits of its SHA-256. -#}
{% macro drawn_number(text) -%}
    ('0x' || left(sha256({{ text }}), 8))::bigint
{%- endmacro %}

{#- A text as a whole number from 0 on and below another, each as likely. -#}
{% macro drawn_below(text, count) -%}
    {{ drawn_number(text) }} * ({{ count }}) // 4294967296
{%- endmacro %}

{#- Whether a text is among so many per cent. -#}
{% macro is_drawn(text, percent) -%}
    {{ drawn_number(text) }} * 100 < {{ percent }} * 4294967296
{%- endmacro %}

{#- The number under which a sitting is shown as a control; it looks as numbers of signals do. -#}
{% macro control_id(sitting_id) -%}
    {{ sitting_id }} || '-' || left(sha256('control|' || {{ sitting_id }}), 16)
{%- endmacro %}
