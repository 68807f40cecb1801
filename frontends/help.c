/* help.c: prints the table of options. See help.h. */
#include "frontends/help.h"

#include "frontends/options.h"

#define COLUMN 32 /* where descriptions begin */

static void print_option(FILE *to, const struct option_info *o)
{
    const char *argument = o->argument ? o->argument : "";
    const char *gap = o->argument ? " " : "";
    int         used;

    if (o->name && o->letter) used = fprintf(to, "  -%c, --%s%s%s", o->letter, o->name, gap, argument);
    else if (o->name) used = fprintf(to, "  --%s%s%s", o->name, gap, argument);
    else used = fprintf(to, "  -%c%s%s", o->letter, gap, argument);
    if (used >= COLUMN) {
        fputc('\n', to);
        used = 0;
    }
    fprintf(to, "%*s%s", COLUMN - used, "", o->help);
    if (o->fallback) fprintf(to, " [%s]", o->fallback);
    fputc('\n', to);
}

void help_print(FILE *to)
{
    const struct option_info *o;

    fputs("ochenta: a PC in a program\n\n"
          "  ochenta [options] [IMAGE]\n\n"
          "Options are written --name=value or --name value. Defaults are in [brackets].\n",
          to);
    for (unsigned i = 0; (o = options_info(i)); i++) {
        if (o->set) print_option(to, o);
        else fprintf(to, "\n%s\n", o->name);
    }
    fputs("\nIn the window, with Right Ctrl: F full screen, S save state, L load state, P screenshot, R reset, D debugger,\n"
          "V paste as typing, Pause pause. Right Ctrl alone or Ctrl+Alt+G releases mouse and keyboard.\n\n"
          "Exit status: 0 the guest powered off or the script ended; 1 a script failed or time ran out; 2 usage or host error;\n"
          "3 the guest crashed (with --no-reboot); 4 the engines differ (--engine lockstep); with --exit-port what the guest said.\n\n"
          "Example: ochenta --headless dos.img -e 'vm:wait_text(\"A:\\\\>\") vm:type(\"ver\\n\") vm:wait_text(\"FreeCom\")'\n",
          to);
}

void help_print_version(FILE *to)
{
    fprintf(to, "ochenta %s\n", OCHENTA_VERSION);
}
