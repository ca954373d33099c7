import { err, ok, type Result } from '../../shared/errors.ts';
import { parseFleet } from '../input/fleet-csv.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { FleetImport, InputFile } from '../background/results.ts';

/** Some ten thousand clients: a tenth of a second of computing. */
const largeText = 512 * 1024;

/** Adds and replaces clients from CSV text: the whole file, or nothing when it has a fault. */
export async function importFleet(
  { store, log, clock, background }: OrchestratorContext,
  who: string,
  { file, text }: InputFile,
): Promise<Result<FleetImport, Refusal>> {
  if (background !== undefined && text.length > largeText)
    return background('importFleet', who, { file, text });
  const clients = parseFleet(text, file);
  if (!clients.ok) return err(badFile(file, clients.error));
  const imported = await store.importFleet(clients.value, {
    at: clock.now(),
    campaign: '',
    client: null,
    who,
    from: '',
    to: 'imported',
    because: `${clients.value.length} clients of the fleet, from ${file}`,
    evidence: null,
  });
  log.info({ who, file, ...imported }, 'fleet imported');
  return ok(imported);
}
