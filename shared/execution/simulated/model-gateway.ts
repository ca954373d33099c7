import { pathTypeOf } from '../../domain/observation/image-path.ts';
import type { Change, Gateway, GatewayResult, Target } from '../gateway.ts';
import type { Op, RequestOf, ValueOf } from './wire.ts';

/** The arguments of an operation besides id, client, host and fence. */
type Arguments<O extends Op> = Omit<RequestOf<O>, 'id' | 'op' | 'client' | 'host' | 'fence'>;

/** Carries one call to a model machine and brings its answer. */
export type ModelCall = <O extends Op>(
  op: O,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<GatewayResult<ValueOf<O>>>;

/** A gateway as far as calls make it: an adapter adds where files come from, and its end. */
export type ModelGateway = Omit<Gateway, 'uploadFile' | 'close'> & {
  readonly upload: (where: Change, base64: string, to: string) => Promise<GatewayResult<void>>;
};

/** The gateway to model machines: each of its calls is one call of the model. */
export function modelGateway(call: ModelCall): ModelGateway {
  const read = <O extends Op>(op: O, { client, host }: Target, rest: Arguments<O>, signal: AbortSignal) =>
    call(op, { ...rest, client, host }, signal);

  const change = <O extends Op>(op: O, { target, fence, signal }: Change, rest: Arguments<O>) =>
    call(op, { ...rest, client: target.client, host: target.host, fence }, signal);

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
    upload: (where, base64, to) => change('uploadFile', where, { to, base64 }),
    replaceAtRestart: (where, from, to) => change('replaceAtRestart', where, { from, to }),
    removeFile: (where, path) => change('removeFile', where, { path }),
    checkTarget: (where, { from, to, apartFrom, allowed }) =>
      change('checkTarget', where, { from, to, apartFrom, allowed }),
    protectDirectory: (where, path, allowed) => change('protectDirectory', where, { path, allowed }),
    takeOver: (where) => change('takeOver', where, {}),
    readIntent: (target, signal) => read('readIntent', target, {}, signal),
    writeIntent: (where, intent) => change('writeIntent', where, { intent }),
  };
}
