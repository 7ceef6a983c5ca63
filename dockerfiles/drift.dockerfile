# The drift service: watches what the model meets.
#   invoke images.build --only drift
#   docker run --read-only --tmpfs /tmp -p 8001:8001 -v ./models:/textops/models:ro -v log:/textops/data textops-drift
ARG PYTHON=3.11
ARG BUILD_BASE=docker.io/library/python:${PYTHON}-bookworm
ARG BASE=docker.io/library/python:${PYTHON}-slim-bookworm

# With a pip that chooses packages quickly. The same lines in every file here down to the wheel, so that it is built once.
FROM ${BUILD_BASE} AS builder
ENV PIP_CACHE_DIR=/var/.cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# The secret says where pip finds packages, for whoever has an index of their own; it stays outside the image.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip install -q pip==26.3

# The wheel with its compiled kernel.
FROM builder AS wheel
WORKDIR /source
COPY requirements/dev.txt requirements/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip install -q -c requirements/dev.txt hatchling setuptools
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY configs configs
COPY src src
# Without a compiler the wheel would be for any platform, and slower.
RUN pip wheel -q --no-deps --no-build-isolation --wheel-dir /wheel . && ls /wheel/*-linux_*.whl

FROM builder AS installed
WORKDIR /source
RUN python -m venv --without-pip /opt/textops
COPY requirements/monitor.txt requirements/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip --python /opt/textops install -q --no-compile -r requirements/monitor.txt
COPY requirements/dev.txt requirements/
COPY --from=wheel /wheel /wheel
# More extras than the image needs, such as serve,monitor,gcp.
ARG EXTRAS=serve,monitor
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip --python /opt/textops install -q --no-compile -c requirements/dev.txt \
      "textops[${EXTRAS}] @ file://$(echo /wheel/*.whl)" \
    && pip --python /opt/textops check
COPY dockerfiles/slim.sh dockerfiles/health.py /opt/textops/
RUN sh /opt/textops/slim.sh /opt/textops \
    && mkdir -p /folders/data /folders/models /folders/outputs

FROM ${BASE}
COPY --from=installed /opt/textops /opt/textops
# What is imported at the start is compiled once and for all, Python's own library included: containers cannot write.
# The rest is not: it would take more room than all the code.
RUN PYTHONPYCACHEPREFIX=/opt/textops/compiled /opt/textops/bin/python -c \
    "import textops.cli, textops.monitoring.serve_drift, textops.monitoring.evidently_report, \
     uvicorn.loops.auto, uvicorn.lifespan.on, http.client"
# Written to: data (the prediction log). Mount volumes there.
COPY --from=installed --chown=10001:10001 /folders /textops
ENV PATH=/opt/textops/bin:$PATH \
    PYTHONPYCACHEPREFIX=/opt/textops/compiled \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    TEXTOPS_DRIFT_HOST=0.0.0.0
WORKDIR /textops
USER 10001:10001
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "/opt/textops/health.py", "/health", "8001"]
# With PORT, Cloud Run and others say where they look for the service. `exec` lets signals reach it.
CMD ["sh", "-c", "TEXTOPS_DRIFT_PORT=\"${PORT:-${TEXTOPS_DRIFT_PORT:-8001}}\" exec textops drift serve"]
# Last, since they differ each time.
ARG VERSION=0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="textops-drift" \
      org.opencontainers.image.description="Drift checks of a text classifier" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.licenses="Apache-2.0"
