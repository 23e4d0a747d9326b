"""What only the environment may say: secrets, which must not stand in a file of the project, and which hub is meant."""

from __future__ import annotations

import os

from pydantic import SecretStr

KEY_VARIABLE = "BUILDER_STUDIO_KEY"
TOKEN_VARIABLE, ENDPOINT_VARIABLE = "HF_TOKEN", "HF_ENDPOINT"


def studio_key() -> SecretStr | None:
    """Read the API key of the user's own Label Studio from the environment."""
    key = os.environ.get(KEY_VARIABLE)
    return SecretStr(key) if key else None


def hub_token() -> SecretStr:
    """Read the token for the hub from the environment, and from nowhere else; empty if there is none."""
    return SecretStr(os.environ.get(TOKEN_VARIABLE, "").strip())


def hub_endpoint() -> str:
    """Say which hub is meant where nobody says."""
    return os.environ.get(ENDPOINT_VARIABLE) or "https://huggingface.co"
