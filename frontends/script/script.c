/* script.c: loads Lua scripts and runs them as one coroutine after the other. See script.h. */
#include "frontends/script/script_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VM_TYPE "ochenta.vm"

static const char *const stop_names[] = {
    [STOP_POWER_OFF] = "poweroff", [STOP_RESET] = "reset", [STOP_CRASH] = "crash", [STOP_EXIT] = "exit", [STOP_HALTED] = "halted"};

const char *script_stop_name(enum machine_stop stop)
{
    return (size_t)stop < sizeof(stop_names) / sizeof(stop_names[0]) ? stop_names[stop] : NULL;
}

struct script *script_of(lua_State *lua)
{
    struct script **vm = luaL_testudata(lua, 1, VM_TYPE);

    if (!vm) luaL_error(lua, "calls are written with a colon: vm:wait(1)");
    return *vm;
}

/* Each call of `vm` goes through here: what was called without it, vm.wait(1), is told before its arguments are looked at. */
static int check_and_call(lua_State *lua)
{
    script_of(lua);
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

static void add_calls(lua_State *lua, const luaL_Reg *calls)
{
    for (; calls->name; calls++) {
        lua_pushcfunction(lua, calls->func);
        lua_pushcclosure(lua, check_and_call, 1);
        lua_setfield(lua, -2, calls->name);
    }
}

/* os.exit(status) as vm:quit(status): what the run writes is complete, and the terminal as it was. */
static void replace_exit(lua_State *lua)
{
    static const char code[] = "local vm = vm\n"
                               "function os.exit(status) vm:quit(status == false and 1 or status ~= true and status or 0) end";

    (void)luaL_dostring(lua, code);
}

void vm_register(struct script *s)
{
    struct script **vm = lua_newuserdatauv(s->lua, sizeof(struct script *), 0);

    *vm = s;
    luaL_newmetatable(s->lua, VM_TYPE);
    lua_newtable(s->lua);
    add_calls(s->lua, vm_calls);
    add_calls(s->lua, wait_calls);
    lua_setfield(s->lua, -2, "__index");
    lua_setmetatable(s->lua, -2);
    lua_setglobal(s->lua, "vm");
}

void script_push_with_screen(lua_State *lua, struct machine *machine, const char *what)
{
    char  *screen = machine_screen_text(machine);
    size_t n = screen ? strlen(screen) : 0;

    while (n > 0 && screen[n - 1] == '\n') screen[--n] = 0;
    if (screen && *screen) lua_pushfstring(lua, "%s; the screen is:\n%s", what, screen);
    else lua_pushfstring(lua, "%s; the screen shows no text", what);
    free(screen);
}

/* --- interruption ------------------------------------------------------------------------------------------------------------ */

/* Lua instructions between two questions whether the script is to be interrupted: about a millisecond. */
#define HOOK_COUNT 100000

/* The script of any of its coroutines: lua_newthread() copies what is in the extra space of the main one. */
static struct script **script_at(lua_State *lua)
{
    return (struct script **)lua_getextraspace(lua);
}

/* Gives control back from the middle of a computation. Where Lua cannot yield to script_poll(), in a coroutine of the script's own or
 * below a C function like table.sort, an error ends that; and if the script catches it, at the next instruction the same is tried
 * again further out. */
static void on_count(lua_State *lua, lua_Debug *ar)
{
    struct script *s = *script_at(lua);

    (void)ar;
    if (!s->interrupted && !s->host.is_interrupted(s->host.opaque)) return;
    s->interrupted = true;
    lua_sethook(lua, on_count, LUA_MASKCOUNT, 1);
    lua_sethook(s->co, on_count, LUA_MASKCOUNT, 1);
    if (lua == s->co && lua_isyieldable(lua)) lua_yield(lua, 0);
    else luaL_error(lua, "interrupted");
}

/* New coroutines have the hook of the one that makes them. */
static void set_hook(struct script *s)
{
    s->interrupted = false;
    lua_sethook(s->co, on_count, LUA_MASKCOUNT, HOOK_COUNT);
}

/* --- loading and running ----------------------------------------------------------------------------------------------------- */

/* Compiles one script, with nothing run yet. */
static bool load(struct script *s, const struct script_option *option, char *error, size_t error_size)
{
    int status = option->is_file ? luaL_loadfilex(s->lua, option->text, "t")
                                 : luaL_loadbufferx(s->lua, option->text, strlen(option->text), "=-e", "t");

    if (status != LUA_OK) {
        snprintf(error, error_size, "%s", lua_tostring(s->lua, -1));
        for (char *p = error; *p; p++)
            if (*p == '\n') *p = ' ';
        return false;
    }
    s->chunks[s->chunk_count++] = luaL_ref(s->lua, LUA_REGISTRYINDEX);
    return true;
}

struct script *script_create(const struct script_option *scripts, unsigned count, const struct script_host *host, char *error, size_t error_size)
{
    struct script *s = calloc(1, sizeof(*s));

    if (!s || !(s->lua = luaL_newstate())) {
        free(s);
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    s->deadline = UINT64_MAX;
    s->reboot = STOP_TIME;
    s->host = *host;
    *script_at(s->lua) = s;
    luaL_openlibs(s->lua);
    vm_register(s);
    replace_exit(s->lua);
    s->co = lua_newthread(s->lua); /* stays on the stack, and so alive */
    for (unsigned i = 0; i < count; i++) {
        if (load(s, &scripts[i], error, error_size)) continue;
        script_destroy(s);
        return NULL;
    }
    return s;
}

void script_destroy(struct script *s)
{
    if (!s) return;
    lua_close(s->lua);
    free(s->serial);
    free(s->error);
    free(s);
}

static void fail(struct script *s)
{
    const char *text = luaL_tolstring(s->co, -1, NULL);

    s->error = strdup(text ? text : "error");
    s->state = SCRIPT_FAILED;
}

enum script_state script_poll(struct script *s, struct machine *machine, enum machine_stop stop)
{
    s->machine = machine;
    s->stop = stop;
    set_hook(s);
    while (s->state == SCRIPT_WAITING) {
        int results, status;

        if (!s->started) {
            if (s->next_chunk == s->chunk_count) {
                s->state = SCRIPT_ENDED;
                break;
            }
            lua_rawgeti(s->co, LUA_REGISTRYINDEX, s->chunks[s->next_chunk++]);
            s->started = true;
        }
        status = lua_resume(s->co, s->lua, 0, &results);
        if (status == LUA_YIELD) {
            lua_pop(s->co, results);
            return s->interrupted ? SCRIPT_INTERRUPTED : s->state;
        }
        if (status != LUA_OK) {
            fail(s);
            return s->interrupted ? SCRIPT_INTERRUPTED : s->state;
        }
        lua_settop(s->co, 0);
        s->started = false;
    }
    return s->state;
}

void script_rebooted(struct script *s, enum machine_stop stop)
{
    s->reboot = stop;
}

uint64_t script_wake(const struct script *s, const struct machine *machine)
{
    uint64_t look = UINT64_MAX;

    if (s->looking) look = (machine_time(machine) / SCRIPT_LOOK_NS + 1) * SCRIPT_LOOK_NS;
    return look < s->deadline ? look : s->deadline;
}

uint64_t script_still_ns(const struct script *s)
{
    return s->still_ns;
}

int script_status(const struct script *s)
{
    return s->status;
}

const char *script_error(const struct script *s)
{
    return s->error ? s->error : "";
}

void script_serial(struct script *s, uint8_t byte)
{
    if (s->serial_size == s->serial_room) {
        size_t room = s->serial_room ? s->serial_room * 2 : 4096;
        char  *bigger;

        if (s->serial_size >= SCRIPT_SERIAL_KEPT) { /* forget the older half */
            s->serial_size /= 2;
            memmove(s->serial, s->serial + s->serial_room - s->serial_size, s->serial_size);
        } else {
            bigger = realloc(s->serial, room);
            if (!bigger) return;
            s->serial = bigger;
            s->serial_room = room;
        }
    }
    s->serial[s->serial_size++] = (char)byte;
}
