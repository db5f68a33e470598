# Everything here is a short name for a command that stands on its own; `python3 manage.py start` needs no make.
LINT_ENV := SECRET_KEY=for-lint-only-00000000000000000000000000 DATABASE_URL=postgresql:///unused

.DEFAULT_GOAL := help
.PHONY: help run demo test dev test-browser fuzz people bench chaos lint types format audit screenshots lock ci

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## Run the product at http://127.0.0.1:8000/ (ARGS="--port 8001")
	python3 manage.py start $(ARGS)

demo:  ## Run the product with sample data
	python3 manage.py start --demo $(ARGS)

test:  ## Run the tests (ARGS="tests/leads -k pin")
	python3 manage.py test $(ARGS)

dev:  ## Install what developers need into the environment
	python3 manage.py version > /dev/null
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt

test-browser: dev  ## Run the tests that drive Chromium
	python3 manage.py test -m browser -n 0 $(ARGS)

fuzz: dev  ## Make 20,000 requests from the API's schema, and look for server errors
	python3 manage.py test tests/api/test_generated_cases.py --full -n 0 -s

people: dev  ## Send a form as 1,000 machines and as 200 people do, and count what is held
	python3 manage.py test tests/attacks/test_five_machines.py --full -n 0 -s
	python3 manage.py test -m browser tests/browser/test_visitors.py --full -n 0 -s

bench: dev  ## Measure against a baseline taken in the same run
	python3 manage.py bench $(ARGS)

chaos: dev  ## Kill, flood and cut a product, and print what held (ARGS="kills --share 0.1")
	python3 manage.py chaos $(ARGS)

lint: dev  ## Check style, format and security
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/bandit --quiet --recursive --configfile pyproject.toml accounts capture common insights leadcrm leads mail nurturing sales scoring

types: dev  ## Check types
	$(LINT_ENV) .venv/bin/mypy accounts capture common insights leadcrm leads mail nurturing sales scoring

format: dev  ## Put the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

audit: dev  ## Look for known faults in dependencies
	bash .ci/audit

lock: dev  ## Write requirements.lock after a change of requirements.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--default-index https://pypi.org/simple --output-file requirements.lock requirements.txt
	sed -i '1i # Made from requirements.txt by `make lock`: every package with the hashes of its files. Not to be edited.' requirements.lock

screenshots: dev  ## Write pictures of all pages to screenshots/, and the README's to docs/home.png
	.venv/bin/python -m benchmarks.album $(ARGS)

ci:  ## What runs before a change is taken
	bash .ci/run
