import { z } from 'zod';
import type { ClientLook } from '../../products/client-look.ts';
import type { CommandOutput, InstalledAs } from '../gateway.ts';
import {
  intentSchema,
  serviceSchema,
  sha256Schema as sha256,
  startTypeSchema as startType,
} from '../intent.ts';

/**
 * The protocol between the simulated gateway and the lab fleet: one JSON value a line over TCP. One
 * connection carries many calls at once; `id` ties an answer to its call. Both sides check what
 * they get.
 */

const lookSchema = z.strictObject({
  at: z.number(),
  bootId: z.string().min(1),
  bootedAt: z.number(),
  role: z.enum(['workstation', 'server']),
  logonServer: z.string(),
  configuration: z.string().nullable(),
  transcript: z.strictObject({ at: z.number().nullable(), text: z.string() }).nullable(),
  versionFile: z.string().nullable(),
  files: z.array(
    z.strictObject({ name: z.string(), sha256: sha256.nullable(), error: z.string().exactOptional() }),
  ),
  processes: z.array(
    z.strictObject({
      pid: z.int(),
      executable: z.string(),
      imagePath: z.string(),
      session: z.int(),
      user: z.string(),
      startedAt: z.number(),
    }),
  ),
  locked: z.array(z.string()),
  services: z.array(serviceSchema),
  users: z.array(
    z.strictObject({ name: z.string(), session: z.int(), since: z.number(), load: z.string().nullable() }),
  ),
  packageRunning: z.boolean(),
  pendingRestart: z.boolean(),
  intent: intentSchema.nullable(),
  freeBytes: z.number().exactOptional(),
  system: z.string().exactOptional(),
}) satisfies z.ZodType<ClientLook>;

const outputSchema = z.strictObject({
  exitCode: z.int(),
  output: z.string(),
}) satisfies z.ZodType<CommandOutput>;

/** The value of a successful answer to each operation. `undefined`: the answer has no value. */
export const valueSchemas = {
  look: lookSchema,
  readService: serviceSchema.nullable(),
  hashFile: sha256.nullable(),
  canReadShare: z.boolean(),
  mark: outputSchema,
  unmark: outputSchema,
  runUpdate: outputSchema,
  restart: z.undefined(),
  notify: z.undefined(),
  stopService: z.undefined(),
  startService: z.undefined(),
  configureService: z.undefined(),
  uninstallService: z.undefined(),
  installService: z.undefined(),
  copyFile: z.undefined(),
  uploadFile: z.undefined(),
  replaceAtRestart: z.undefined(),
  removeFile: z.undefined(),
  checkTarget: z.undefined(),
  protectDirectory: z.undefined(),
  takeOver: intentSchema.nullable(),
  readIntent: intentSchema.nullable(),
  writeIntent: z.undefined(),
};

export type Op = keyof typeof valueSchemas;
export type ValueOf<O extends Op> = z.infer<(typeof valueSchemas)[O]>;

const fenceSchema = z.strictObject({ counter: z.int().nonnegative(), owner: z.string().min(1) });
const call = { id: z.int().positive(), client: z.string().min(1), host: z.string() };
const change = { ...call, fence: fenceSchema };
const path = z.string().min(1);
const pathType = z.literal('REG_SZ').exactOptional();
const settings = z.strictObject({
  startType: startType.exactOptional(),
  imagePath: path.exactOptional(),
  pathType,
});
const installed = z.strictObject({
  name: path,
  imagePath: path,
  pathType,
  startType,
  account: z.string(),
  dependsOn: z.array(z.string()).readonly(),
}) satisfies z.ZodType<InstalledAs>;
const lookRequest = z.strictObject({
  componentDirectory: path,
  files: z.array(z.string()).readonly(),
  services: z.array(z.string()).readonly(),
});

export const requestSchema = z.discriminatedUnion('op', [
  z.strictObject({ ...call, op: z.literal('look'), request: lookRequest }),
  z.strictObject({ ...call, op: z.literal('readService'), name: path, keys: z.array(path).readonly() }),
  z.strictObject({ ...call, op: z.literal('hashFile'), path }),
  z.strictObject({ ...call, op: z.literal('readIntent') }),
  z.strictObject({ ...call, op: z.literal('canReadShare'), share: path }),
  z.strictObject({ ...change, op: z.literal('takeOver') }),
  z.strictObject({ ...change, op: z.literal('mark') }),
  z.strictObject({ ...change, op: z.literal('unmark') }),
  z.strictObject({ ...change, op: z.literal('runUpdate'), marks: z.boolean() }),
  z.strictObject({ ...change, op: z.literal('restart') }),
  z.strictObject({ ...change, op: z.literal('notify'), text: z.string() }),
  z.strictObject({ ...change, op: z.literal('stopService'), name: path }),
  z.strictObject({ ...change, op: z.literal('startService'), name: path }),
  z.strictObject({ ...change, op: z.literal('configureService'), name: path, settings }),
  z.strictObject({ ...change, op: z.literal('uninstallService'), name: path }),
  z.strictObject({ ...change, op: z.literal('installService'), service: installed }),
  z.strictObject({ ...change, op: z.literal('copyFile'), from: path, to: path }),
  z.strictObject({ ...change, op: z.literal('uploadFile'), to: path, base64: z.base64() }),
  z.strictObject({ ...change, op: z.literal('replaceAtRestart'), from: path, to: path }),
  z.strictObject({ ...change, op: z.literal('removeFile'), path }),
  z.strictObject({
    ...change,
    op: z.literal('checkTarget'),
    from: path,
    to: path,
    apartFrom: path,
    allowed: z.array(z.string()).readonly().nullable(),
  }),
  z.strictObject({
    ...change,
    op: z.literal('protectDirectory'),
    path,
    allowed: z.array(z.string()).readonly().nullable(),
  }),
  z.strictObject({ ...change, op: z.literal('writeIntent'), intent: intentSchema.nullable() }),
]);

export type Request = z.infer<typeof requestSchema>;
export type RequestOf<O extends Op> = Extract<Request, { op: O }>;
/** A request that changes the client; it carries the fence. */
export type ChangeRequest = Extract<Request, { fence: unknown }>;

/** The driver waits no longer for a call. What the call has begun on the client goes on. */
export const abandonSchema = z.strictObject({ abandon: z.int().positive() });

const failureSchema = z.strictObject({
  kind: z.enum(['unreachable', 'timedOut', 'cutOff', 'fenced', 'failed', 'garbled']),
  message: z.string(),
});

export const answerSchema = z.discriminatedUnion('ok', [
  z.strictObject({ id: z.int(), ok: z.literal(true), value: z.unknown().optional() }),
  z.strictObject({ id: z.int(), ok: z.literal(false), error: failureSchema }),
]);
