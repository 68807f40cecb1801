/* help.h: the texts of --help and --version. */
#ifndef FRONTENDS_HELP_H
#define FRONTENDS_HELP_H

#include <stdio.h>

void help_print(FILE *);
void help_print_version(FILE *);

#endif
