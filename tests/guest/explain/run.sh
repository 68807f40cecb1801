#!/bin/sh
# explain.sh: the explanations of cases.txt, each of which is a boot sector of its own. With "write" as argument, what the explainer
# says is written to cases.txt, to be read by somebody.
set -u
cd "$(dirname "$0")" || exit 1
