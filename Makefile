# From a fresh clone to a running system. Each target sets up what it needs in .venv, skips what is there, and goes on
# where a killed installation stopped. Everything else: .venv/bin/invoke --list and .venv/bin/textops --help.

.DEFAULT_GOAL := help
.PHONY: help setup demo test clean force
.NOTPARALLEL:
.SUFFIXES:

venv = .venv
pins = requirements/dev.txt
compiled = hatch_build.py src/textops/text/kernel.c
pythons = python3 python3.13 python3.12 python3.14 python3.11
fits = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
minor = import sys; print(sys.version_info[:2])

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile
	@echo '  make demo ARGS="data=liar"     the same with other settings'
	@echo '  make test PYTHON=python3.13    with a Python of your choice, 3.11 to 3.14'

setup: $(venv)/installed-test ## install all that working on textops takes (invoke, dvc, what tests need), and run nothing

demo: $(venv)/installed-demo ## train, judge, export, register, promote, serve and ask a real model
	@$(venv)/bin/textops demo $(ARGS)

test: $(venv)/installed-test ## run all tests
	@$(venv)/bin/python -m invoke test $(ARGS)

clean: ## remove .venv and what builds and tests leave; data/, models/ and outputs/ stay
	@if [ -x $(venv)/bin/invoke ]; then $(venv)/bin/python -m invoke clean; fi
	@rm -rf $(venv)

for_demo = serve,train,monitor,ui
for_test = $(for_demo),experiments,pretrained,mlflow,gcp,cloud,otel,granian,function,dvc,sql,datasets,scale,dev
$(venv)/installed-test: extras = $(for_test)
# Where the tests have been installed, the demo has been too, and both are kept up to date together.
$(venv)/installed-demo: extras = $(if $(wildcard $(venv)/installed-test),$(for_test),$(for_demo))

# No index options: pip takes packages from where this machine's own configuration says. It writes a package's RECORD
# last, so a package without one was cut short, and is installed again.
$(venv)/installed-demo $(venv)/installed-test: $(venv)/pyvenv.cfg pyproject.toml $(pins) $(compiled) Makefile
	@echo 'Installing textops[$(extras)] into $(venv), which takes minutes the first time'
	@for info in $(venv)/lib/python*/site-packages/*.dist-info; do \
	  if [ -d "$$info" ] && [ ! -f "$$info/RECORD" ]; then rm -rf "$$info"; fi; \
	done
	@{ $(venv)/bin/python -m pip install --no-input $(install_options) -c $(pins) -e '.[$(extras)]' 2>&1; echo "status $$?"; } \
	| tee $(venv)/install.log \
	| { status=1; while IFS= read -r line; do case "$$line" in \
	    *Collecting\ *) line="$${line##*Collecting }"; echo "  collecting $${line%% (from *}" ;; \
	    *Downloading\ *MB\)*) echo "  downloading $${line##*Downloading }" ;; \
	    Installing\ collected*) echo "  unpacking" ;; \
	    ERROR:*) echo "$$line" ;; \
	    status\ *) status="$${line#status }" ;; \
	  esac; done; exit "$$status"; } \
	|| { echo 'The installation failed; $(venv)/install.log says why. Call make again to go on.'; exit 1; }
	@touch $@ $(if $(findstring dev,$(extras)),$(venv)/installed-demo)

# A pip of its own, as the one that comes with Python 3.11 takes minutes to choose what a later one chooses in seconds.
# Made again when it is half made, when the project has moved or Python has gone, and for another PYTHON.
$(venv)/pyvenv.cfg: force
	@if $(venv)/bin/python -m pip --version >/dev/null 2>&1 && $(venv)/bin/python -c '$(fits)' \
	&& grep -qF "$$(pwd -P)/$(venv)" $(venv)/bin/pip \
	&& { [ -z '$(PYTHON)' ] || [ "$$('$(PYTHON)' -c '$(minor)' 2>/dev/null)" = "$$($(venv)/bin/python -c '$(minor)')" ]; }; \
	then exit 0; fi; \
	chosen=; bare=; \
	for python in $(if $(PYTHON),'$(PYTHON)',$(pythons)); do \
	  if "$$python" -c '$(fits)' >/dev/null 2>&1; then \
	    if "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then chosen="$$python"; break; fi; \
	    bare="$${bare:-$$python}"; \
	  fi; \
	done; \
	if [ -n "$$chosen" ]; then \
	  echo "Making $(venv) with $$("$$chosen" --version)" && "$$chosen" -m venv --clear $(venv) || exit 1; \
	  $(venv)/bin/python -m pip install --quiet --no-input --upgrade 'pip>=26,<27' \
	  || echo 'Going on with the pip that came with Python, which takes longer to choose packages'; \
	elif [ -n "$$bare" ]; then \
	  echo "$$bare cannot make environments: install its venv package (Debian, Ubuntu: apt-get install python3-venv)"; exit 1; \
	else \
	  echo '$(if $(PYTHON),$(PYTHON) is no,There is no) Python from 3.11 to 3.14: install one, or name it: make PYTHON=/path/to/python3'; exit 1; \
	fi
