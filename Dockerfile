# Stage 1 builds wheels of everything; stage 2 installs them and nothing else.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements/ requirements/
RUN pip wheel --no-cache-dir --require-hashes -r requirements/run.lock -w /wheels
COPY . .
RUN pip install --no-cache-dir --no-index --find-links /wheels hatchling && \
    pip wheel --no-cache-dir --no-deps --no-build-isolation -w /wheels .

FROM python:3.12-slim-bookworm
RUN useradd --system --create-home --home-dir /data --uid 10001 smokewatch
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels smokewatch
ENV PYTHONUNBUFFERED=1 SMOKEWATCH__VAR=/data/var SMOKEWATCH__HEALTH_HOST=0.0.0.0
USER smokewatch
# An empty folder: nothing of the source is on the path, so what runs is what was installed.
WORKDIR /data
EXPOSE 9300
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9300/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["smokewatch"]
CMD ["up"]
