# An installation: the code and requirements/base.txt, neither the demo nor the tests. Wheels need glibc, so no Alpine.
FROM python:3.12-slim AS packages
COPY requirements/base.txt /requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10001 guanxi && install -d -o guanxi /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py LICENSE THIRD_PARTY.md ./
COPY config config
COPY core core
COPY members members
COPY stores stores
COPY activity activity
COPY growth growth
COPY points points
COPY coupons coupons
COPY tags tags
COPY engagement engagement
COPY templates templates
COPY locale locale
COPY docs/quickstart.md docs/api.md docs/webhooks.md docs/
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    STATIC_DIR=/app/static \
    DATA_DIR=/data \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    WEB_BIND=0.0.0.0:8000
# Collecting static files asks nothing of these; they are gone once the line has run.
RUN SECRET_KEY=only-while-the-image-is-built-and-never-used-afterwards DATABASE_URL=postgres://none/none REDIS_URL=redis://none ALLOWED_HOSTS=none \
    python manage.py collectstatic --no-input --verbosity 0
USER guanxi
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
