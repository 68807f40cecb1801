/* script_state.h: what script.c (the coroutine) and vm.c, wait.c (the calls) share. */
#ifndef FRONTENDS_SCRIPT_SCRIPT_STATE_H
#define FRONTENDS_SCRIPT_SCRIPT_STATE_H

#include "frontends/script/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define SCRIPT_SERIAL_KEPT (1u << 20) /* bytes of COM1 that wait_serial can still see */

struct script {
    lua_State        *lua; /* owns everything */
    lua_State        *co;  /* the script's coroutine */
    struct script_host host;
    bool              interrupted; /* since script_poll() was called */
    int               chunks[OPTIONS_SCRIPTS]; /* registry references of the compiled scripts */
    unsigned          chunk_count, next_chunk;
    bool              started; /* the coroutine is in a chunk */
    struct machine   *machine; /* while polled */
    enum machine_stop stop;    /* the same */
    enum machine_stop reboot;  /* what vm:wait_exit has still to tell: STOP_RESET, STOP_CRASH; STOP_TIME: nothing */
    enum script_state state;
    int               status;
    char             *error;

    /* The wait in progress. */
    bool              looking;  /* at screen or port: every SCRIPT_LOOK_NS */
    uint64_t          deadline; /* virtual ns; UINT64_MAX: none */
    uint64_t          still_ns;

    char             *serial; /* what COM1 sent and no wait has consumed */
    size_t            serial_size, serial_room;
};

/* Lua's `vm`: its metatable is made here; calls of vm.c and wait.c. */
void vm_register(struct script *);

extern const luaL_Reg vm_calls[];   /* vm.c: at once */
extern const luaL_Reg wait_calls[]; /* wait.c: those that let time pass */

/* The script of a call's `vm` argument. */
struct script *script_of(lua_State *);

/* An argument of seconds at INDEX as ns; UINT64_MAX if it is absent. */
uint64_t script_seconds(lua_State *, int index);

/* Pushes "WHAT" and the screen below it. */
void script_push_with_screen(lua_State *, struct machine *, const char *what);

#endif
