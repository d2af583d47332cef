PYTHON ?= python3
ARGS ?=

.PHONY: help run restart test quick soak bench pictures words quiet lively reset

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 14
	@echo "PORT=8000 and DATA_DIR=.data move it; DATABASE_URL, REDIS_URL and BROKER_URL name servers of your own."

run: ## start everything with demo data; Ctrl-C stops it
	@$(PYTHON) -m contactcenter.run run

restart: ## put the program as it lies here in place of the one that runs; nobody is cut
	@$(PYTHON) -m contactcenter.run restart

test: ## every check and the whole suite; ARGS="-k word" is handed to pytest
	@$(PYTHON) -m contactcenter.run test -- $(ARGS)

quick: ## lint, types and the fast tests: the inner loop
	@$(PYTHON) -m contactcenter.run quick -- $(ARGS)

soak: ## the long tests with the whole figures
	@$(PYTHON) -m contactcenter.run soak -- $(ARGS)

bench: ## the figures, each beside a limit measured in the same run; BENCH=chat for one part
	@$(PYTHON) -m contactcenter.run bench

pictures: ## take the pictures of docs/pictures afresh; look at them before you commit
	@$(PYTHON) -m contactcenter.run pictures -- $(ARGS)

words: ## bring the Spanish catalogues up to date with the source
	@$(PYTHON) -m contactcenter.run words

quiet: ## send the simulated visitors of the running demo home
	@$(PYTHON) -m contactcenter.run quiet

lively: ## let them come again
	@$(PYTHON) -m contactcenter.run lively

reset: ## delete the demo's data, after asking
	@$(PYTHON) -m contactcenter.run reset
