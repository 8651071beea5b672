# The service in a container of its own. docs/operating.md says how to run it, and
# docs/kubernetes.md has it on Kubernetes. It runs as any user, with every file system read-only
# but the volume; with PostgreSQL it needs no volume either.
#
#   docker build -t responsibilities .
#
# For the same image every time, name the base by its digest, which
# `docker buildx imagetools inspect python:3.13-slim-trixie` shows: --build-arg BASE=python@sha256:…
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
COPY setup.cfg pyproject.toml README.md LICENSE /src/
COPY jupyterhub_responsibility /src/jupyterhub_responsibility
COPY share /src/share
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m venv --without-pip /opt/responsibility \
    && python3 -m pip --python /opt/responsibility/bin/python install '/src[postgresql]'

FROM ${BASE}
COPY --from=build /opt/responsibility /opt/responsibility
RUN install --directory --owner=65532 --group=65532 --mode=0700 /data
ENV PATH=/opt/responsibility/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    JUPYTERHUB_SERVICE_URL=http://0.0.0.0:10105 \
    JUPYTERHUB_RESPONSIBILITY_DATABASE=sqlite:////data/ledger.sqlite
WORKDIR /srv
VOLUME /data
EXPOSE 10105
USER 65532:65532
HEALTHCHECK --start-period=30s --timeout=5s CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(os.environ['JUPYTERHUB_SERVICE_URL'] + os.environ.get('JUPYTERHUB_BASE_URL', '/') + 'services/responsibilities/healthz', timeout=4)"]
ENTRYPOINT ["jupyterhub-responsibility"]
CMD ["serve"]
