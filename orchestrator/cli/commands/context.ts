import { resolve } from 'node:path';
import type { Command } from 'commander';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { isVersionedId, versionedIdForm } from '../../../shared/input/names.ts';
import type { Refusal } from '../../refusal.ts';
import {
  type Context,
  contextNamed,
  type Contexts,
  readContexts,
  writeContexts,
} from '../client/contexts.ts';
import {
  type CommandOutput,
  type GlobalOptions,
  outputOf,
  printJson,
  printValue,
  showRefusal,
} from '../client/session.ts';
import { findTarget, type Target, whyTooOpen } from '../client/target.ts';
import { contextListLines, contextsValue, targetLines, targetValue } from '../render/contexts.ts';
import { safe } from '../render/view.ts';

export function addContextCommands(program: Command): void {
  const context = program
    .command('context')
    .description('name the orchestrators that you work with, and choose the one that commands reach')
    .addHelpText('after', '\nExample:\n  servpack context use milan');

  context
    .command('show [name]', { isDefault: true })
    .description('show which orchestrator commands reach now and why, or how a context reaches its own')
    .addHelpText('after', '\nExample:\n  servpack context show')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const asked = name === undefined ? options : { ...options, context: name };
      await run(command, async () => shownTarget(await findTarget(asked, process.env)));
    });

  context
    .command('list')
    .description('list the contexts; * marks the one that commands use without --context')
    .addHelpText('after', '\nExample:\n  servpack context list')
    .action(async (_options: unknown, command: Command) => {
      await run(command, async () => shownContexts(await readContexts(process.env)));
    });

  context
    .command('use <name>')
    .description('have all commands reach the orchestrator of this context, in every folder')
    .addHelpText('after', '\nExample:\n  servpack context use milan')
    .action(async (name: string, _options: unknown, command: Command) => {
      await run(command, () =>
        change((contexts) => {
          const found = contextNamed(contexts, name);
          return found.ok
            ? ok({ contexts: { ...contexts, current: name }, says: `Commands reach context ${name} now` })
            : found;
        }),
      );
    });

  context
    .command('add <name>')
    .description(
      'add a context: --url with --token-file, or with --cert and --key (and --ca), or --data of an orchestrator on this machine. The token stays in its file',
    )
    .option('--use', 'also have all commands reach it')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack context add milan --url https://servpack.milan.example --token-file ~/.milan-token\n  servpack context add lab --data .servpack/lab --use',
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { readonly use?: boolean }>();
      await run(command, () => change((contexts) => added(contexts, name, options)));
    });

  context
    .command('remove <name>')
    .description('forget a context; its token file stays')
    .addHelpText('after', '\nExample:\n  servpack context remove milan')
    .action(async (name: string, _options: unknown, command: Command) => {
      await run(command, () =>
        change((contexts) => {
          const found = contextNamed(contexts, name);
          if (!found.ok) return found;
          const { [name]: _gone, ...rest } = contexts.contexts;
          const current = contexts.current === name ? null : contexts.current;
          return ok({ contexts: { current, contexts: rest }, says: `Context ${name} is removed` });
        }),
      );
    });
}

/** Runs a command that needs no orchestrator. */
async function run(command: Command, body: () => Promise<Result<CommandOutput, Refusal>>): Promise<void> {
  const isJson = command.optsWithGlobals<GlobalOptions>().json === true;
  const done = await body();
  if (!done.ok) return showRefusal(done.error, isJson);
  const { value, lines } = done.value;
  if (isJson) printJson(value);
  else printValue(value, (view, shown) => lines(view, shown));
}

interface Changed {
  readonly contexts: Contexts;
  readonly says: string;
}

async function change(
  decide: (contexts: Contexts) => Result<Changed, Refusal>,
): Promise<Result<CommandOutput, Refusal>> {
  const read = await readContexts(process.env);
  const changed = read.ok ? decide(read.value) : read;
  if (!changed.ok) return changed;
  const written = await writeContexts(process.env, changed.value.contexts);
  if (!written.ok) return written;
  return outputOf(ok(contextsValue(changed.value.contexts)), () => [safe(changed.value.says)]);
}

function added(
  contexts: Contexts,
  name: string,
  options: GlobalOptions & { readonly use?: boolean },
): Result<Changed, Refusal> {
  const context = contextOf(name, options);
  if (!context.ok) return context;
  const known = Object.hasOwn(contexts.contexts, name) ? contexts.contexts[name] : undefined;
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(context.value))
    return err(
      fault(
        'contexts.exists',
        `there is another context named ${name}; choose another name, or run: servpack context remove ${name}`,
      ),
    );
  const all = { ...contexts.contexts, [name]: context.value };
  const current = options.use === true ? name : contexts.current;
  const next = current === name ? 'commands reach it now' : `use it: servpack context use ${name}`;
  return ok({ contexts: { current, contexts: all }, says: `Context ${name} is known; ${next}` });
}

function contextOf(name: string, options: GlobalOptions): Result<Context, Refusal> {
  const { url, data, tokenFile, ca, cert, key } = options;
  const refused = (message: string): Result<never, Refusal> => err(fault('input.context', message));
  if (!isVersionedId(name)) return refused(`${JSON.stringify(name)} is not ${versionedIdForm}`);
  if ((cert === undefined) !== (key === undefined)) return refused('give --cert and --key together');
  if (data === undefined && (url === undefined || (tokenFile ?? cert) === undefined))
    return refused(
      'give --url and --token-file, --url with --cert and --key, or --data of an orchestrator on this machine',
    );
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    return refused(`${url} is not a URL of HTTP; expected, for example, http://127.0.0.1:7300`);
  const open = tokenFile === undefined ? null : whyTooOpen(resolve(tokenFile));
  if (open !== null) return refused(`the token file is not private: ${open}`);
  return ok({
    ...(url === undefined ? {} : { url }),
    ...(data === undefined ? {} : { data: resolve(data) }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(tokenFile) }),
    ...(ca === undefined ? {} : { ca: resolve(ca) }),
    ...(cert === undefined ? {} : { cert: resolve(cert) }),
    ...(key === undefined ? {} : { key: resolve(key) }),
  });
}

const shownTarget = (target: Result<Target, Refusal>): Result<CommandOutput, Refusal> =>
  target.ok ? outputOf(ok(targetValue(target.value)), targetLines) : target;

const shownContexts = (contexts: Result<Contexts, Refusal>): Result<CommandOutput, Refusal> =>
  contexts.ok ? outputOf(ok(contextsValue(contexts.value)), contextListLines) : contexts;
