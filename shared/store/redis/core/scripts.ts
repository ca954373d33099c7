import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { luaKeys } from './keys.ts';

/**
 * A Lua script. Each aggregate declares its own as constants beside the functions that run them.
 * A line `-- @include ../core/time.lua` stands for that file, whose path is relative to the file
 * that names it; a file that several lines include is taken once. A line that names no file fails
 * when the module is loaded.
 */
export interface Script {
  readonly name: string;
  /** The whole text, with the functions for keys and all included files. */
  readonly lua: string;
}

/**
 * Declares a script whose text is a file.
 * @param module `import.meta.url` of the module that runs the script
 * @param file name of the file in the folder of that module
 */
export function scriptFile(module: string, file: string): Script {
  const text = readFileSync(new URL(file, module), 'utf8');
  return script(module, file.replace(/\.lua$/, ''), text);
}

/** Declares a short script whose text stands in the module. Includes are relative to the module. */
export const script = (module: string, name: string, text: string): Script => ({
  name: `servpack-${name}`,
  lua: [luaKeys, withIncludes(text, new URL(module), new Set())].join('\n'),
});

/** Marks a text as Lua, for readers and editors. */
export const lua = String.raw;

const includeLine = /^ *-- @include (.+)$/gm;

const withIncludes = (text: string, home: URL, included: Set<string>): string =>
  text.replaceAll(includeLine, (_line, path: string) => {
    const file = new URL(path, home);
    if (included.has(file.href)) return '';
    included.add(file.href);
    return withIncludes(readFileSync(file, 'utf8'), file, included);
  });

export type ScriptValue = string | number;

/**
 * Runs a script. A script derives all its keys from the base of the shard, the one key it is
 * given.
 */
export type RunScript = (script: Script, ...args: readonly ScriptValue[]) => Promise<unknown>;
export type RunScriptAt = (base: string, ...rest: Parameters<RunScript>) => Promise<unknown>;

type Call = (base: string, ...args: readonly ScriptValue[]) => Promise<unknown>;

/**
 * Runs scripts on this connection: the client sends each whole once, and by its hash afterwards.
 */
export function scriptRunner(redis: Commands): RunScriptAt {
  const calls = new Map<Script, Call>();
  const callOf = (asked: Script): Call => {
    redis.defineCommand(asked.name, { numberOfKeys: 1, lua: asked.lua });
    const call = (redis as unknown as Record<string, Call>)[asked.name]?.bind(redis);
    if (call === undefined) throw new Error(`the Redis client does not define ${asked.name}`);
    calls.set(asked, call);
    return call;
  };
  return async (base, asked, ...args) => (calls.get(asked) ?? callOf(asked))(base, ...args);
}

/** A list for a script (`lists.lua`): how many values follow, then the values. */
export const list = (values: readonly ScriptValue[]): readonly ScriptValue[] => [values.length, ...values];

/** Names and amounts one after the other. */
export const flat = (entries: Readonly<Record<string, ScriptValue>>): readonly ScriptValue[] =>
  Object.entries(entries).flat();

/**
 * Named arguments of a script, which reads them with `cjson.decode`. Numbers go as text, as every
 * argument does, so Lua never writes a number in another form.
 */
export const named = (fields: Readonly<Record<string, ScriptValue>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])));

/**
 * The commands of a Redis. A Cluster has the same ones while all keys of a call lie in one shard.
 */
export type Commands = Redis;
