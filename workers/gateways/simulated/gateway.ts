import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pathTypeOf } from '../../../shared/domain/observation/image-path.ts';
import { err, ok } from '../../../shared/errors.ts';
import type { Change, Gateway, GatewayResult, Target } from '../gateway.ts';
import type { FleetAddress } from './connection.ts';
import { Connection } from './connection.ts';
import { type Op, type RequestOf, type ValueOf, valueSchemas } from './wire.ts';

/** The arguments of an operation besides id, client, host and fence. */
type Arguments<O extends Op> = Omit<RequestOf<O>, 'id' | 'op' | 'client' | 'host' | 'fence'>;

/** Real time; longer than any operation of a lab client takes. */
const usualDeadlineMs = 120_000;

export interface SimulatedGatewayOptions extends FleetAddress {
  /** Real milliseconds after which a call ends as `timedOut`. */
  readonly deadlineMs?: number;
}

/**
 * The gateway to the lab fleet: a socket client of the fleet process. It connects at the first
 * call, so calls to a fleet that does not run end as `unreachable`. No call is sent twice.
 */
export function connectSimulatedGateway({
  deadlineMs = usualDeadlineMs,
  ...address
}: SimulatedGatewayOptions): Gateway {
  const connection = new Connection({ host: '127.0.0.1', ...address }, deadlineMs);

  async function call<O extends Op>(
    op: O,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<GatewayResult<ValueOf<O>>> {
    const answer = await connection.call({ op, ...body }, signal);
    return answer.ok ? understand(op, answer.value) : answer;
  }

  const read = <O extends Op>(op: O, { client, host }: Target, rest: Arguments<O>, signal: AbortSignal) =>
    call(op, { client, host, ...rest }, signal);

  const change = <O extends Op>(op: O, { target, fence, signal }: Change, rest: Arguments<O>) =>
    call(op, { client: target.client, host: target.host, fence, ...rest }, signal);

  return {
    // The model has one product and knows its files, so the rest of the request is not sent.
    look: (target, { componentDirectory, files, services }, signal) =>
      read('look', target, { request: { componentDirectory, files, services } }, signal),
    readService: (target, name, signal, keys = []) => read('readService', target, { name, keys }, signal),
    hashFile: (target, path, signal) => read('hashFile', target, { path }, signal),
    canReadShare: (target, share, signal) => read('canReadShare', target, { share }, signal),
    mark: (where) => change('mark', where, {}),
    unmark: (where) => change('unmark', where, {}),
    runUpdate: (where, { mark }) => change('runUpdate', where, { marks: mark !== null }),
    restart: (where) => change('restart', where, {}),
    notify: (where, text) => change('notify', where, { text }),
    stopService: (where, name) => change('stopService', where, { name }),
    startService: (where, name) => change('startService', where, { name }),
    configureService: (where, name, settings) => change('configureService', where, { name, settings }),
    uninstallService: (where, name) => change('uninstallService', where, { name }),
    installService: (where, { name, imagePath, startType, account, dependsOn, ...stored }) =>
      change('installService', where, {
        service: {
          name,
          imagePath,
          startType,
          account,
          dependsOn,
          ...pathTypeOf(stored),
        },
      }),
    copyFile: (where, from, to) => change('copyFile', where, { from, to }),
    uploadFile: async (where, localPath, to) => {
      const content = await readFile(localPath);
      return change('uploadFile', where, { to, base64: content.toString('base64') });
    },
    replaceAtRestart: (where, from, to) => change('replaceAtRestart', where, { from, to }),
    removeFile: (where, path) => change('removeFile', where, { path }),
    checkTarget: (where, { from, to, apartFrom, allowed }) =>
      change('checkTarget', where, { from, to, apartFrom, allowed }),
    protectDirectory: (where, path, allowed) => change('protectDirectory', where, { path, allowed }),
    takeOver: (where) => change('takeOver', where, {}),
    readIntent: (target, signal) => read('readIntent', target, {}, signal),
    writeIntent: (where, intent) => change('writeIntent', where, { intent }),
    close: () => connection.close(),
  };
}

/** Checks the value of an answer; `garbled` unless all of it is understood. */
function understand<O extends Op>(op: O, value: unknown): GatewayResult<ValueOf<O>> {
  const parsed = valueSchemas[op].safeParse(value);
  if (parsed.success) return ok(parsed.data as ValueOf<O>);
  return err({
    kind: 'garbled',
    message: `answer to ${op} not understood: ${z.prettifyError(parsed.error)}`,
  });
}
