"""What a service could not do, as a sentence for a person."""

from textops.errors import ServiceError


class ServiceProblemError(ServiceError):
    """A question to a service that has no answer.

    Attributes:
        sentence: What is wrong, for a person.
        error: Short name: that of the service's problem, or `away`, `timeout` or `not_understood`.
        status: HTTP status, None where nothing was answered.
        request_id: By which the operator finds the request in the log, None where the service named none.
        retry_after: Seconds after which the service wants to be asked again, None where it does not say.
    """

    def __init__(
        self,
        sentence: str,
        error: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Take what the attributes say."""
        super().__init__(sentence)
        self.sentence = sentence
        self.error = error
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after

    @property
    def is_away(self) -> bool:
        """Whether nothing answers there."""
        return self.error == "away"
