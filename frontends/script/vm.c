/* vm.c: the calls of a script that are done at once. See script.h. */
#include "frontends/script/script_state.h"

#include "frontends/png.h"
#include "frontends/values.h"
#include "util/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_SIZE 512
#define READ_MAX   (256u << 20)

static struct machine *machine_of(lua_State *lua)
{
    return script_of(lua)->machine;
}

/* What changes the machine can also wake one that had stopped. */
static struct machine *machine_to_change(lua_State *lua)
{
    struct script *s = script_of(lua);

    s->stop = STOP_TIME;
    return s->machine;
}

/* Fails with the message of a machine call. */
static int fail(lua_State *lua, const char *error)
{
    return luaL_error(lua, "%s", error);
}

/* The argument at INDEX that names a file. */
static const char *file_argument(lua_State *lua, int index)
{
    size_t      n;
    const char *path = luaL_checklstring(lua, index, &n);

    luaL_argcheck(lua, n && strlen(path) == n, index, n ? "no file has a zero byte in its name" : "the name of the file is empty");
    return path;
}

/* The same of a file that is to be written; fails if the run has another use for it. */
static const char *output_argument(lua_State *lua, int index)
{
    const struct script_host *host = &script_of(lua)->host;
    const char               *path = file_argument(lua, index);
    char                      error[ERROR_SIZE];

    if (host->may_write(host->opaque, path, error, sizeof(error)) < 0) luaL_error(lua, "%s", error);
    return path;
}

/* A string that Lua also takes where it wants an integer. */
static void push_hash(lua_State *lua, uint64_t hash)
{
    char text[19];

    snprintf(text, sizeof(text), "0x%016" PRIx64, hash);
    lua_pushstring(lua, text);
}

/* --- input ----------------------------------------------------------------------------------------------------------------- */

static int mouse(lua_State *lua)
{
    struct machine *machine = machine_of(lua);
    lua_Integer     dx = luaL_checkinteger(lua, 2), dy = luaL_checkinteger(lua, 3);
    lua_Integer     buttons = luaL_optinteger(lua, 4, 0), wheel = luaL_optinteger(lua, 5, 0);

    luaL_argcheck(lua, dx >= -65535 && dx <= 65535, 2, "-65535 to 65535");
    luaL_argcheck(lua, dy >= -65535 && dy <= 65535, 3, "-65535 to 65535");
    luaL_argcheck(lua, buttons >= 0 && buttons <= 7, 4, "sum of 1 left, 2 right, 4 middle");
    luaL_argcheck(lua, wheel >= -100 && wheel <= 100, 5, "-100 to 100");
    machine_mouse(machine, (int)dx, (int)dy, (int)wheel, (unsigned)buttons);
    return 0;
}

static int send_serial(lua_State *lua)
{
    size_t      n;
    const char *text = luaL_checklstring(lua, 2, &n);

    machine_serial_send(machine_of(lua), 0, text, n);
    return 0;
}

/* --- screen ---------------------------------------------------------------------------------------------------------------- */

static int screen_text(lua_State *lua)
{
    char *text = machine_screen_text(machine_of(lua));

    lua_pushstring(lua, text ? text : "");
    free(text);
    return 1;
}

static int screenshot(lua_State *lua)
{
    const char           *path = output_argument(lua, 2);
    struct machine_screen screen;
    char                  error[ERROR_SIZE];

    machine_screen(machine_of(lua), &screen);
    return png_save(path, &screen, error, sizeof(error)) < 0 ? fail(lua, error) : 0;
}

static int screen_hash(lua_State *lua)
{
    struct machine_screen screen;
    uint64_t              hash;

    machine_screen(machine_of(lua), &screen);
    hash = hash_number(hash_number(0, screen.width), screen.height);
    for (size_t i = 0; i < (size_t)screen.width * screen.height; i++) hash = hash_number(hash, screen.pixels[i]);
    push_hash(lua, hash);
    return 1;
}

/* --- media ----------------------------------------------------------------------------------------------------------------- */

static enum machine_medium medium_argument(lua_State *lua)
{
    static const char *const names[] = {[MEDIUM_FLOPPY_A] = "a", [MEDIUM_FLOPPY_B] = "b", [MEDIUM_CD] = "cd", NULL};

    return (enum machine_medium)luaL_checkoption(lua, 2, NULL, names);
}

static int insert(lua_State *lua)
{
    enum machine_medium  medium = medium_argument(lua);
    struct machine_drive drive = value_drive(file_argument(lua, 3));
    char                 error[ERROR_SIZE] = "out of memory";
    int                  status = drive.path ? machine_insert(machine_to_change(lua), medium, &drive, error, sizeof(error)) : -ENOMEM;

    free((char *)(uintptr_t)drive.path);
    return status < 0 ? fail(lua, error) : 0;
}

static int eject(lua_State *lua)
{
    enum machine_medium medium = medium_argument(lua);

    if (machine_eject(machine_to_change(lua), medium) == 0) return 0;
    return luaL_error(lua, "there is no drive \"%s\"", lua_tostring(lua, 2));
}

/* --- state ----------------------------------------------------------------------------------------------------------------- */

static int save(lua_State *lua)
{
    char error[ERROR_SIZE];

    return machine_save(machine_of(lua), output_argument(lua, 2), error, sizeof(error)) < 0 ? fail(lua, error) : 0;
}

static int load(lua_State *lua)
{
    char error[ERROR_SIZE];

    return machine_load(machine_to_change(lua), file_argument(lua, 2), error, sizeof(error)) < 0 ? fail(lua, error) : 0;
}

static int state_hash(lua_State *lua)
{
    push_hash(lua, machine_state_hash(machine_of(lua)));
    return 1;
}

static int reset(lua_State *lua)
{
    machine_reset(machine_to_change(lua));
    return 0;
}

/* --- inspection ------------------------------------------------------------------------------------------------------------ */

static int reg(lua_State *lua)
{
    struct machine *machine = machine_of(lua);
    const char     *name = luaL_checkstring(lua, 2);
    uint64_t        value;
    int             status;

    if (!lua_isnoneornil(lua, 3)) {
        value = (uint64_t)luaL_checkinteger(lua, 3);
        status = machine_set_reg(machine_to_change(lua), name, value);
        if (status == -ERANGE) return luaL_error(lua, "%s does not fit register \"%s\"", luaL_tolstring(lua, 3, NULL), name);
        if (status < 0 && status != -ENOENT) return luaL_error(lua, "register \"%s\" cannot be set so", name);
    }
    if (machine_reg(machine, name, &value) < 0) return luaL_error(lua, "no such register: \"%s\"", name);
    lua_pushinteger(lua, (lua_Integer)value);
    return 1;
}

static int regs(lua_State *lua)
{
    struct machine *machine = machine_of(lua);
    const char     *name;
    uint64_t        value;

    lua_newtable(lua);
    for (unsigned i = 0; (name = machine_reg_name(i)); i++) {
        if (machine_reg(machine, name, &value) < 0) continue;
        lua_pushinteger(lua, (lua_Integer)value);
        lua_setfield(lua, -2, name);
    }
    return 1;
}

static void check_address(lua_State *lua, lua_Integer addr)
{
    luaL_argcheck(lua, addr >= 0 && addr <= UINT32_MAX, 2, "a linear address is 0 to 0xffffffff");
}

static int read_memory(lua_State *lua)
{
    struct machine *machine = machine_of(lua);
    lua_Integer     addr = luaL_checkinteger(lua, 2), n = luaL_checkinteger(lua, 3);
    luaL_Buffer     buffer;
    char           *to;

    check_address(lua, addr);
    luaL_argcheck(lua, n >= 0 && n <= READ_MAX, 3, "0 to 256M bytes");
    to = luaL_buffinitsize(lua, &buffer, (size_t)n);
    luaL_pushresultsize(&buffer, machine_read(machine, (uint64_t)addr, to, (size_t)n));
    return 1;
}

static int write_memory(lua_State *lua)
{
    struct machine *machine = machine_to_change(lua);
    lua_Integer     addr = luaL_checkinteger(lua, 2);
    size_t          n, done;
    const char     *bytes = luaL_checklstring(lua, 3, &n);

    check_address(lua, addr);
    done = machine_write(machine, (uint64_t)addr, bytes, n);
    return done < n ? luaL_error(lua, "only %d of %d bytes could be written", (int)done, (int)n) : 0;
}

static int instructions(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)machine_instructions(machine_of(lua)));
    return 1;
}

static int time_now(lua_State *lua)
{
    lua_pushnumber(lua, (lua_Number)machine_time(machine_of(lua)) / 1e9);
    return 1;
}

static int mode(lua_State *lua)
{
    lua_pushstring(lua, machine_mode(machine_of(lua)));
    return 1;
}

static void add_stat(void *opaque, const char *name, uint64_t value)
{
    lua_pushinteger(opaque, (lua_Integer)value);
    lua_setfield(opaque, -2, name);
}

static int stats(lua_State *lua)
{
    lua_newtable(lua);
    machine_stats(machine_of(lua), add_stat, lua);
    return 1;
}

/* --- the end --------------------------------------------------------------------------------------------------------------- */

static int quit(lua_State *lua)
{
    struct script *s = script_of(lua);
    lua_Integer    status = luaL_optinteger(lua, 2, 0);

    luaL_argcheck(lua, status >= 0 && status <= 255, 2, "an exit status is 0 to 255");
    if (lua != s->co) return luaL_error(lua, "vm:quit cannot be used in coroutines of your own");
    s->status = (int)status;
    s->state = SCRIPT_QUIT;
    return lua_yield(lua, 0); /* never continued */
}

static int say(lua_State *lua)
{
    fprintf(stderr, "%s\n", luaL_tolstring(lua, 2, NULL));
    return 0;
}

const luaL_Reg vm_calls[] = {
    {"mouse", mouse},
    {"send_serial", send_serial},
    {"screen_text", screen_text},
    {"screenshot", screenshot},
    {"screen_hash", screen_hash},
    {"insert", insert},
    {"eject", eject},
    {"save", save},
    {"load", load},
    {"state_hash", state_hash},
    {"reset", reset},
    {"reg", reg},
    {"regs", regs},
    {"read", read_memory},
    {"write", write_memory},
    {"instructions", instructions},
    {"time", time_now},
    {"mode", mode},
    {"stats", stats},
    {"quit", quit},
    {"log", say},
    {NULL, NULL},
};
