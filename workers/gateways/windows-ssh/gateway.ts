import { readFile } from 'node:fs/promises';
import type { Intent } from '../../../shared/domain/observation/observation.ts';
import { ok } from '../../../shared/errors.ts';
import { firstOf } from '../../first-of.ts';
import type { Change, Gateway, GatewayResult, Target } from '../../../shared/execution/gateway.ts';
import { storeIntent } from './changes/intent-file.ts';
import { send, wordsOf } from './changes/send.ts';
import { attempt, ClientShell, type Facts, failure, nothingKnown, refused } from './connection/client.ts';
import type { Connection } from './connection/connection.ts';
import { Connections } from './connection/connections.ts';
import type { Part } from './connection/frame.ts';
import { checkTarget } from './changes/check-target.ts';
import { copy, hash, remove, replaceAtRestart, upload } from './changes/file-changes.ts';
import { lookAt } from './look/look.ts';
import { shortText } from './look/look-texts.ts';
import { intentSection } from './look/look-sections.ts';
import { mark, runUpdate, unmark } from './changes/phase.ts';
import { plainWords, quotePath } from './connection/quote.ts';
import { readIntentPart } from './look/read-look.ts';
import { protectFolder } from './changes/protect-folder.ts';
import { configure, control, storedService } from './changes/service-changes.ts';
import { install, uninstall } from './changes/service-install.ts';
import type { SshSettings } from './config/settings.ts';
import { runOnServer, type ServerCommand, type ServerCommandEnd } from './server/server-command.ts';

export interface SshGatewayOptions {
  readonly settings: SshSettings;
  /** Real milliseconds after which a call ends as `timedOut`. */
  readonly deadlineMs: number;
}

/** A gateway that also counts its command lines. */
export interface SshGateway extends Gateway {
  /** Command lines sent so far. */
  readonly commands: () => number;
  /**
   * Runs a command on a server to its end, and ends its processes at its time limit. The gateway's
   * own deadline must be longer.
   */
  runOnServer(
    where: Pick<Change, 'target' | 'fence'>,
    command: ServerCommand,
  ): Promise<GatewayResult<ServerCommandEnd>>;
  /** The end of a text file; null when there is no such file. */
  readText(target: Target, path: string, signal: AbortSignal): Promise<GatewayResult<string | null>>;
}

/**
 * The gateway to real Windows clients over OpenSSH, with nothing installed on them. Each call is
 * one command line for cmd.exe, or as few as possible.
 */
export function connectSshGateway({ settings, deadlineMs }: SshGatewayOptions): SshGateway {
  const connections = new Connections(settings);
  const facts = new Map<string, Facts>();
  const closing = new AbortController();

  async function call<T>(
    target: Target,
    given: AbortSignal,
    work: (shell: ClientShell) => Promise<GatewayResult<T>>,
  ): Promise<GatewayResult<T>> {
    if (given.aborted) return failure('cutOff', 'given up before it was sent');
    const stop = firstOf(given, closing.signal);
    const late = new AbortController();
    const either = firstOf(stop.signal, late.signal);
    const timer = setTimeout(() => late.abort(), deadlineMs);
    try {
      return await Promise.race([
        connections.use(target, (connection) =>
          work(new ClientShell(connection, factsOf(target, connection), either.signal)),
        ),
        aborted<T>(either.signal, () =>
          late.signal.aborted
            ? failure('timedOut', `no answer within ${deadlineMs / 1_000} s`)
            : failure('cutOff', 'given up while the client worked on it'),
        ),
      ]);
    } finally {
      clearTimeout(timer);
      either.release();
      stop.release();
    }
  }

  /** Another machine at the same address, or one that was reinstalled, has facts of its own. */
  function factsOf({ host, port }: Target, { hostKey }: Connection): Facts {
    const key = `${host}:${port ?? settings.port} ${hostKey}`;
    const known = facts.get(key) ?? nothingKnown();
    facts.set(key, known);
    return known;
  }

  const change = <T>(
    { target, fence, signal }: Change,
    work: (shell: ClientShell, by: Change['fence']) => Promise<GatewayResult<T>>,
  ): Promise<GatewayResult<T>> => call(target, signal, (shell) => work(shell, fence));

  return {
    commands: () => connections.commands,
    runOnServer: ({ target, fence }, command) =>
      runOnServer((work) => call(target, neverAborted, work), fence, command),
    readText: (target, path, signal) => call(target, signal, (shell) => shortText(shell, undefined, path)),
    look: (target, request, signal) => call(target, signal, (shell) => lookAt(shell, request)),
    readService: (target, name, signal, keys = []) =>
      call(target, signal, (shell) => storedService(shell, name, keys)),
    hashFile: (target, path, signal) => call(target, signal, (shell) => hash(shell, path)),
    canReadShare: (target, share, signal) => call(target, signal, (shell) => canRead(shell, share)),
    mark: (where, how) => change(where, (shell, by) => mark(shell, by, how)),
    unmark: (where, phase) => change(where, (shell, by) => unmark(shell, by, phase)),
    runUpdate: (where, run) => change(where, (shell, by) => runUpdate(shell, by, run)),
    restart: (where) => change(where, (shell, by) => ordered(shell, by, 'shutdown -r -f -t 3 2>&1')),
    notify: (where, text) =>
      change(where, (shell, by) => ordered(shell, by, `msg * /time:3600 "${plainWords(text)}" 2>&1`)),
    stopService: (where, name) => change(where, (shell, by) => control(shell, by, name, 'stop')),
    startService: (where, name) => change(where, (shell, by) => control(shell, by, name, 'start')),
    configureService: (where, name, settingsOf) =>
      change(where, (shell, by) => configure(shell, by, name, settingsOf)),
    uninstallService: (where, name) => change(where, (shell, by) => uninstall(shell, by, name)),
    installService: (where, serviceOf) => change(where, (shell, by) => install(shell, by, serviceOf)),
    copyFile: (where, from, to) => change(where, (shell, by) => copy(shell, by, from, to)),
    uploadFile: (where, localPath, to) =>
      change(where, async (shell, by) => {
        const content = await attempt('the file cannot be read here', () => readFile(localPath));
        return content.ok ? upload(shell, by, content.value, to) : failure('failed', content.error.message);
      }),
    replaceAtRestart: (where, from, to) =>
      change(where, (shell, by) => replaceAtRestart(shell, by, from, to)),
    removeFile: (where, path) => change(where, (shell, by) => remove(shell, by, path)),
    checkTarget: (where, copyTarget) => change(where, (shell, by) => checkTarget(shell, by, copyTarget)),
    protectDirectory: (where, path, allowed) =>
      change(where, (shell, by) => protectFolder(shell, by, path, allowed)),
    takeOver: (where) =>
      change(where, async (shell, by) => {
        const sent = await send(shell, by, intentSection.commands);
        return sent.ok ? intentIn(sent.value) : sent;
      }),
    readIntent: (target, signal) =>
      call(target, signal, async (shell) => {
        const parts = await shell.read([intentSection]);
        return parts.ok ? intentIn(parts.value.get(intentSection.name)) : parts;
      }),
    writeIntent: (where, intent) => change(where, (shell, by) => storeIntent(shell, by, intent)),
    close: async () => {
      closing.abort();
      await connections.close();
    },
  };
}

/** A command on a server has a stop of its own, after which its processes are still to be ended. */
const neverAborted = new AbortController().signal;

function intentIn(part: Part | undefined): GatewayResult<Intent | null> {
  const intent = readIntentPart(part?.text ?? '');
  return intent.ok ? intent : failure('garbled', intent.error);
}

/** Sends a command for which exit code 0 is success. */
async function ordered(
  shell: ClientShell,
  fence: Change['fence'],
  commands: string,
): Promise<GatewayResult<void>> {
  const sent = await send(shell, fence, commands);
  if (!sent.ok) return sent;
  return sent.value.exitCode === 0 ? ok(undefined) : failure('failed', wordsOf(sent.value));
}

async function canRead(shell: ClientShell, share: string): Promise<GatewayResult<boolean>> {
  const quoted = refused(quotePath(share));
  if (!quoted.ok) return quoted;
  const commands = `(dir ${quoted.value} >nul 2>&1 && echo servpack:yes) || echo servpack:no`;
  const parts = await shell.read([{ name: 'share', commands }]);
  if (!parts.ok) return parts;
  const said = parts.value.get('share')?.text ?? '';
  if (said.includes('servpack:yes')) return ok(true);
  return said.includes('servpack:no')
    ? ok(false)
    : failure('garbled', `not understood: ${said.slice(0, 200)}`);
}

function aborted<T>(signal: AbortSignal, answer: () => GatewayResult<T>): Promise<GatewayResult<T>> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(answer());
    signal.addEventListener('abort', () => resolve(answer()), { once: true });
  });
}
