"""Settings of the API from the environment, variables TEXTOPS_*."""

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from textops.errors import RegistryError
from textops.registry.names import parse_reference
from textops.registry.settings import DEFAULT_REGISTRY, PREFIX
from textops.serving.traffic_share import parse_share

Batching = Literal["auto", "inline", "queue"]
Share = Annotated[float, BeforeValidator(parse_share)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode]


class ServingSettings(BaseSettings):
    """What the API takes from the environment.

    Attributes:
        registry: Root of the registry.
        model: Which version to serve: `name@alias`, `name/3` or `name`; None for the only model in
            production.
        wait_for_model: Start also where there is nothing to serve yet: the service is not ready then, says why, and
            answers as soon as the registry names a version.
        host: Address to listen on.
        port: Port to listen on; 0 for any free one.
        server: What speaks HTTP.
        workers: Processes that answer.
        trusted_proxies: Addresses or networks whose `X-Forwarded-For` is believed, separated by commas; `*` for
            everybody's, where only a proxy can reach the service; None for nobody's.
        max_body_bytes: Larger request bodies are refused.
        max_text_characters: Longer texts and titles are refused, or cut.
        long_texts: What is done with longer texts.
        max_batch_texts: Larger batches are refused; longer ones go over NDJSON, line by line.
        max_waiting_texts: Texts that may wait or run in one process, what is more is refused; None for as many as are
            answered in `max_waiting_milliseconds`, by what they take now. A batch counts as a quarter of them at most.
        max_waiting_milliseconds: How long a text should wait at most before it is looked at.
        max_waiting_bytes: Bytes that bodies of several pieces may take in one process.
        refusals_per_second: How many refusals for overload a process sends in a second; the others wait for their
            turn.
        rate_limit: Requests a second that one client may send to one process, None for no limit.
        timeout_seconds: How long an answer may take.
        body_seconds: How long a client may take to send a request.
        keep_alive_seconds: How long a connection stays open between two requests; longer than the load balancer in
            front keeps its own. With Granian, a head may take as long too.
        batching: Whether texts are answered where they come in, or taken together from a queue; `auto` measures the
            model.
        batch_texts: Most texts that are taken together.
        batch_tokens: Most tokens that are taken together, padded to the longest text.
        inline_milliseconds: Predictions that should take longer leave the event loop and run in a thread.
        reload_seconds: How often the registry is asked whether another version is to answer; 0 for never.
        canary: Share of the requests that the candidate answers, `10%` or `0.1`; the same requests always.
        shadow: Share of the requests whose texts the candidate is given too, behind the answer, to be compared with
            it. Either this or `canary`.
        candidate: Which version that is: `name@alias` or `name/3` of the model that answers; None for its alias
            `staging`.
        api_keys: Keys that are let in, separated by commas; none for everybody.
        admin_keys: Keys that may administrate, separated by commas; none for those of `api_keys`, and without any
            key for this machine alone.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    registry: str = Field(DEFAULT_REGISTRY, min_length=1)
    model: str | None = None
    wait_for_model: bool = False
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    server: Literal["uvicorn", "granian"] = "uvicorn"
    workers: int = Field(1, ge=1, le=256)
    trusted_proxies: str | None = None
    max_body_bytes: int = Field(10 * 1024 * 1024, ge=1)
    max_text_characters: int = Field(200_000, ge=1)
    long_texts: Literal["refuse", "cut"] = "refuse"
    max_batch_texts: int = Field(1_000, ge=1)
    max_waiting_texts: int | None = Field(None, ge=1)
    max_waiting_milliseconds: float = Field(50.0, gt=0, allow_inf_nan=False)
    max_waiting_bytes: int = Field(256 * 1024 * 1024, ge=1)
    refusals_per_second: float = Field(1_000, gt=0)
    rate_limit: float | None = Field(None, gt=0)
    timeout_seconds: float = Field(10.0, gt=0)
    body_seconds: float = Field(20.0, gt=0)
    keep_alive_seconds: int = Field(75, ge=1, le=3_600)
    batching: Batching = "auto"
    batch_texts: int = Field(16, ge=1)
    batch_tokens: int = Field(8_192, ge=1)
    inline_milliseconds: float = Field(5.0, ge=0)
    reload_seconds: float = Field(5.0, ge=0)
    canary: Share = 0.0
    shadow: Share = 0.0
    candidate: str | None = None
    api_keys: Keys = ()
    admin_keys: Keys = ()

    @field_validator("shadow")
    @classmethod
    def _either(cls, shadow: float, info: ValidationInfo) -> float:
        if shadow and info.data.get("canary"):
            raise PydanticCustomError("both_shares", "TEXTOPS_CANARY is set too: first compare, then let it answer")
        return shadow

    @field_validator("candidate", mode="before")
    @classmethod
    def _reference(cls, reference: object) -> object:
        if not isinstance(reference, str):
            return reference
        if not reference.strip():
            return None
        try:
            parse_reference(reference)
        except RegistryError as error:
            raise PydanticCustomError("reference", "{reason}", {"reason": str(error)}) from error
        return reference

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: str | None) -> str | None:
        if proxies is None or not proxies.strip():
            return None
        for proxy in proxies.split(","):
            _check_is_address(proxy.strip(), is_alone="," not in proxies)
        return proxies.strip()

    @field_validator("api_keys", "admin_keys", mode="before")
    @classmethod
    def _split(cls, keys: object) -> object:
        if isinstance(keys, str):
            return [key.strip() for key in keys.split(",") if key.strip()]
        return keys


def _check_is_address(proxy: str, *, is_alone: bool) -> None:
    # What is none would believe nobody, and nobody would notice.
    if proxy == "*" and is_alone:
        return
    try:
        ip_network(proxy)
    except ValueError as error:
        raise PydanticCustomError(
            "address", "{reason}: give addresses or networks such as 10.0.0.0/8, or * alone", {"reason": str(error)}
        ) from error
