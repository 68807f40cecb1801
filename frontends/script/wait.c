/* wait.c: the calls of a script that let virtual time pass. See script.h.
 *
 * Each has a continuation that is called again and again: it looks, and either returns, fails, or yields once more. */
#include "frontends/script/script_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TYPING_NS     30000000000ull /* how long a guest may take for keys: this, */
#define TYPING_KEY_NS 1000000000ull  /* and this for each */
#define PATTERN_NS    300000000000ull /* how long wait_text and wait_serial wait if they are not told */

uint64_t script_seconds(lua_State *lua, int index)
{
    lua_Number seconds;

    if (lua_isnoneornil(lua, index)) return UINT64_MAX;
    seconds = luaL_checknumber(lua, index);
    luaL_argcheck(lua, seconds >= 0 && seconds <= 1e9, index, "seconds from 0 to 10^9");
    return (uint64_t)llround(seconds * 1e9);
}

/* Begins a wait of at most NS. A reboot is news until the next wait begins. */
static struct script *begin(lua_State *lua, uint64_t ns, bool looking)
{
    struct script *s = script_of(lua);
    uint64_t       now = machine_time(s->machine);

    if (lua != s->co) luaL_error(lua, "calls that wait cannot be used in coroutines of your own");
    s->looking = looking;
    s->reboot = STOP_TIME;
    s->deadline = ns == UINT64_MAX || ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
    return s;
}

static void end(struct script *s)
{
    s->looking = false;
    s->deadline = UINT64_MAX;
}

static bool is_late(const struct script *s)
{
    return machine_time(s->machine) >= s->deadline;
}

/* The limit of a wait for a pattern. */
static uint64_t pattern_limit(lua_State *lua)
{
    return lua_isnoneornil(lua, 3) ? PATTERN_NS : script_seconds(lua, 3);
}

/* Fails with why the wait is over, WHAT was waited for, and the screen. */
static int give_up(lua_State *lua, struct script *s, const char *what)
{
    const char *stop = script_stop_name(s->stop);
    const char *reason = stop ? lua_pushfstring(lua, "the machine has stopped (%s)", stop) : "time is up";

    end(s);
    reason = lua_pushfstring(lua, "%s, waiting for %s", reason, what);
    luaL_where(lua, 1);
    script_push_with_screen(lua, s->machine, reason);
    lua_concat(lua, 2);
    return lua_error(lua);
}

/* The same for the pattern of argument 2. */
static int give_up_pattern(lua_State *lua, struct script *s)
{
    return give_up(lua, s, lua_pushfstring(lua, "\"%s\"", lua_tostring(lua, 2)));
}

/* Calls a function as lua_call() does; its error becomes one of where the script is. */
static void call(lua_State *lua, int arguments, int results)
{
    if (lua_pcall(lua, arguments, results, 0) == LUA_OK) return;
    luaL_where(lua, 1);
    lua_insert(lua, -2);
    lua_concat(lua, 2);
    lua_error(lua);
}

/* Applies the Lua pattern of argument 2 to the text on the top of the stack. On a match leaves what string.match gives and, at
 * *MATCH_END, where the match ends (1-based); false with the stack as it was, less the text, if there is none. */
static bool matches(lua_State *lua, lua_Integer *match_end)
{
    int text = lua_gettop(lua);

    lua_getglobal(lua, "string");
    lua_getfield(lua, -1, "find");
    lua_pushvalue(lua, text);
    lua_pushvalue(lua, 2);
    call(lua, 2, 2);
    if (lua_isnil(lua, -2)) {
        lua_settop(lua, text - 1);
        return false;
    }
    *match_end = lua_tointeger(lua, -1);
    lua_settop(lua, text + 1);
    lua_getfield(lua, -1, "match");
    lua_pushvalue(lua, text);
    lua_pushvalue(lua, 2);
    call(lua, 2, LUA_MULTRET);
    lua_remove(lua, text + 1);
    lua_remove(lua, text);
    return true;
}

/* --- vm:wait(seconds) ----------------------------------------------------------------------------------------------------- */

static int look_at_time(lua_State *lua, int status, lua_KContext context)
{
    struct script *s = script_of(lua);

    (void)status, (void)context;
    if (script_stop_name(s->stop) && !is_late(s)) { /* time stands still; it counts all the same */
        s->still_ns += s->deadline - machine_time(s->machine);
        s->deadline = 0;
    }
    if (!is_late(s)) return lua_yieldk(lua, 0, 0, look_at_time);
    end(s);
    return 0;
}

static int wait_time(lua_State *lua)
{
    luaL_checknumber(lua, 2);
    begin(lua, script_seconds(lua, 2), false);
    return lua_yieldk(lua, 0, 0, look_at_time);
}

/* --- vm:wait_text(pattern [, seconds]) -------------------------------------------------------------------------------------- */

static int look_at_screen(lua_State *lua, int status, lua_KContext context)
{
    struct script *s = script_of(lua);
    char          *screen = machine_screen_text(s->machine);
    int            arguments = lua_gettop(lua);
    lua_Integer    match_end;

    (void)status, (void)context;
    lua_pushstring(lua, screen ? screen : "");
    free(screen);
    if (matches(lua, &match_end)) {
        end(s);
        return lua_gettop(lua) - arguments;
    }
    if (is_late(s) || script_stop_name(s->stop)) return give_up_pattern(lua, s);
    return lua_yieldk(lua, 0, 0, look_at_screen);
}

static int wait_text(lua_State *lua)
{
    luaL_checkstring(lua, 2);
    begin(lua, pattern_limit(lua), true);
    return look_at_screen(lua, LUA_OK, 0);
}

/* --- vm:wait_serial(pattern [, seconds]) ------------------------------------------------------------------------------------ */

static int look_at_serial(lua_State *lua, int status, lua_KContext context)
{
    struct script *s = script_of(lua);
    int            arguments = lua_gettop(lua);
    lua_Integer    match_end;

    (void)status, (void)context;
    lua_pushlstring(lua, s->serial ? s->serial : "", s->serial_size);
    if (matches(lua, &match_end)) {
        end(s);
        s->serial_size -= (size_t)match_end;
        memmove(s->serial, s->serial + match_end, s->serial_size);
        return lua_gettop(lua) - arguments;
    }
    if (is_late(s) || script_stop_name(s->stop)) return give_up_pattern(lua, s);
    return lua_yieldk(lua, 0, 0, look_at_serial);
}

static int wait_serial(lua_State *lua)
{
    luaL_checkstring(lua, 2);
    begin(lua, pattern_limit(lua), true);
    return look_at_serial(lua, LUA_OK, 0);
}

/* --- vm:wait_exit([seconds]) ------------------------------------------------------------------------------------------------- */

static int look_at_stop(lua_State *lua, int status, lua_KContext context)
{
    struct script *s = script_of(lua);
    bool           is_reboot = s->reboot != STOP_TIME;
    const char    *stop = script_stop_name(is_reboot ? s->reboot : s->stop);

    (void)status, (void)context;
    if (!stop && is_late(s)) return give_up(lua, s, "the guest's end");
    if (!stop) return lua_yieldk(lua, 0, 0, look_at_stop);
    end(s);
    s->reboot = STOP_TIME;
    lua_pushstring(lua, stop);
    if (is_reboot || s->stop != STOP_EXIT) return 1;
    lua_pushinteger(lua, machine_exit_status(s->machine));
    return 2;
}

static int wait_exit(lua_State *lua)
{
    enum machine_stop reboot = script_of(lua)->reboot; /* perhaps while the keys for it were typed */

    lua_settop(lua, 2);
    begin(lua, script_seconds(lua, 2), false)->reboot = reboot;
    return lua_yieldk(lua, 0, 0, look_at_stop);
}

/* --- vm:type(text), vm:key(chord) --------------------------------------------------------------------------------------------- */

static int look_at_keys(lua_State *lua, int status, lua_KContext context)
{
    struct script *s = script_of(lua);

    (void)status, (void)context;
    if (!machine_typing(s->machine) || script_stop_name(s->stop)) {
        end(s);
        return 0;
    }
    if (is_late(s)) return give_up(lua, s, "the guest to take its keys");
    return lua_yieldk(lua, 0, 0, look_at_keys);
}

static int type_text(lua_State *lua)
{
    size_t         n;
    const char    *text = luaL_checklstring(lua, 2, &n);
    struct script *s;

    luaL_argcheck(lua, strlen(text) == n, 2, "a zero byte cannot be typed");
    s = begin(lua, TYPING_NS + n * TYPING_KEY_NS, true);

    machine_type(s->machine, text);
    return lua_yieldk(lua, 0, 0, look_at_keys);
}

static int press_key(lua_State *lua)
{
    const char    *name = luaL_checkstring(lua, 2);
    struct script *s = begin(lua, TYPING_NS, true);

    if (machine_chord(s->machine, name) < 0) {
        end(s);
        return luaL_error(lua, "no such key: \"%s\"; write them like \"ctrl-alt-del\", \"f12\" or \"shift-a\"", name);
    }
    return lua_yieldk(lua, 0, 0, look_at_keys);
}

const luaL_Reg wait_calls[] = {
    {"wait", wait_time},   {"wait_text", wait_text}, {"wait_serial", wait_serial}, {"wait_exit", wait_exit},
    {"type", type_text},   {"key", press_key},       {NULL, NULL},
};
