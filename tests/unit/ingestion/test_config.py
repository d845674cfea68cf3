"""Settings of the ingestion room."""

from dataclasses import replace

import pytest

from ingestion.config import IngestionConfig
from ingestion.errors import RezervError


def test_secrets_do_not_show(config: IngestionConfig) -> None:
    assert "test key" not in repr(config)
    assert "test secret" not in repr(config)


@pytest.mark.parametrize("name", ["vault_key", "person_secret"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_secret_is_named(config: IngestionConfig, name: str, value: str) -> None:
    with pytest.raises(RezervError) as caught:
        replace(config, **{name: value}).require_secrets()
    assert caught.value.params == {"name": name}
