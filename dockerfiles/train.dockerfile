# Training, on processors; with --build-arg TORCH_BACKEND=cu130 on GPUs with CUDA 13.
#   invoke images.build --only train
#   docker run --read-only --tmpfs /tmp -v ./data:/textops/data -v ./models:/textops/models -v ./outputs:/textops/outputs \
#     textops-train train model=cnn
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
# From where uv says that the builds of torch lie: `cpu`; for GPUs `cu130` and others; empty for the build that pip finds.
ARG TORCH_BACKEND=cpu
COPY requirements/train.txt requirements/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    if [ -n "${TORCH_BACKEND}" ]; then \
      pip install -q uv==0.13.9 \
      && uv pip install -q --no-cache --python /opt/textops "--torch-backend=${TORCH_BACKEND}" \
        "$(grep '^torch==' requirements/train.txt)"; \
    fi
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip --python /opt/textops install -q --no-compile -r requirements/train.txt
COPY requirements/dev.txt requirements/
COPY --from=wheel /wheel /wheel
# More extras than the image needs, such as train,gcp.
ARG EXTRAS=train
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/var/.cache/pip \
    pip --python /opt/textops install -q --no-compile -c requirements/dev.txt dumb-init==1.2.5.post1 \
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
    "import textops.cli, textops.training.train, textops.training.fitting, textops.optimization.bundling"
# Written to: data, models and outputs. Mount volumes there.
COPY --from=installed --chown=10001:10001 /folders /textops
ENV PATH=/opt/textops/bin:$PATH \
    PYTHONPYCACHEPREFIX=/opt/textops/compiled \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /textops
USER 10001:10001
# As process 1, Python would not hear SIGTERM: dumb-init passes signals on, and takes ended processes away.
ENTRYPOINT ["dumb-init", "--", "textops"]
CMD ["train"]
# Last, since they differ each time.
ARG VERSION=0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="textops-train" \
      org.opencontainers.image.description="Training of a text classifier" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.licenses="Apache-2.0"
