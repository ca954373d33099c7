import fc from 'fast-check';
import { type ClientLook } from '../../shared/products/client-look.ts';
import { valueSchemas } from '../../shared/execution/simulated/wire.ts';
import { quietLook } from '../products/given.ts';
import { anyText, mutated, nasty } from './texts.ts';

/** A name as a client may spell it. */
const name = fc.oneof(fc.constantFrom('PCMSVC32.EXE', 'a.exe', ...nasty), anyText);
const number = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 53, 1e300));

const process = fc.record({
  pid: fc.nat(),
  executable: name,
  imagePath: name,
  session: fc.nat(5),
  user: name,
  startedAt: number,
});

const service = fc.record({
  name,
  imagePath: name,
  startType: fc.constantFrom('automatic', 'delayed', 'manual', 'disabled'),
  state: fc.constantFrom('running', 'stopped', 'startPending', 'stopPending'),
  pid: fc.option(fc.nat()),
  account: name,
  dependsOn: fc.array(name, { maxLength: 3 }),
});

const intent = fc.record({
  kind: fc.constantFrom('relocation', 'workaround'),
  campaign: name,
  direction: fc.constantFrom('forward', 'back'),
  step: fc.oneof(fc.constantFrom('record', 'copy', 'close', 'restoreStartType'), name),
  preImage: fc.record({ service, sha256: name, from: name, to: name }),
});

const hash = fc.constantFrom('a', '0', 'f').map((digit) => digit.repeat(64));

const file = fc.oneof(
  fc.record({ name, sha256: fc.option(hash) }),
  fc.record({ name, sha256: fc.constant(null), error: name }),
);

const configuration = fc.option(fc.oneof(mutated([quietLook.configuration ?? '']), anyText));

/** What the wire lets through as a look, with whatever a client may say in it. */
export const anyLook: fc.Arbitrary<ClientLook> = fc
  .record({
    at: number,
    bootId: name.filter((text) => text !== ''),
    bootedAt: number,
    role: fc.constantFrom('workstation', 'server'),
    logonServer: name,
    configuration,
    transcript: fc.option(fc.record({ at: number, text: anyText })),
    versionFile: fc.option(anyText),
    files: fc.array(file, { maxLength: 8 }),
    processes: fc.array(process, { maxLength: 4 }),
    locked: fc.array(name, { maxLength: 4 }),
    services: fc.array(service, { maxLength: 4 }),
    users: fc.array(fc.record({ name, session: fc.nat(5), since: number, load: fc.option(name) }), {
      maxLength: 3,
    }),
    packageRunning: fc.boolean(),
    pendingRestart: fc.boolean(),
    intent: fc.option(intent),
  })
  .map((look) => valueSchemas.look.parse(JSON.parse(JSON.stringify(look))));
