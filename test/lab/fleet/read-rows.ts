import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { err, fault, messageOf, ok, type Result } from '../../../shared/errors.ts';
import type { FleetRow } from '../../../orchestrator/simulation/machines/fleet-row.ts';

const rowsSchema = z.array(
  z
    .object({
      client: z.string().min(1),
      host: z.string().min(1),
      logonServer: z.string().min(1),
      zone: z.string().refine(isZone, 'not a time zone'),
      role: z.enum(['workstation', 'server']).or(z.literal('').transform(() => 'workstation' as const)),
    })
    .transform(({ client, host, logonServer, zone, role }): FleetRow => ({
      client,
      host,
      logonServer,
      zone,
      role,
    })),
);

function isZone(zone: string): boolean {
  try {
    Temporal.PlainDate.from('2000-01-01').toZonedDateTime(zone);
    return true;
  } catch {
    return false;
  }
}

const expected = 'expected a file as "servpack fleet export" prints it';

/** Where every line has the same fault, one sentence says more than a list. */
function firstFault({ issues }: z.ZodError): string {
  const [first] = issues;
  const [row = 0, column = ''] = first?.path ?? [];
  return `line ${Number(row) + 2}: ${String(column)}: ${first?.message ?? ''}`;
}

/**
 * The rows of a fleet file, as far as the lab needs them. The product has its own, stricter reader.
 */
export function readRows(path: string): Result<readonly FleetRow[]> {
  try {
    const records: unknown = parse(readFileSync(path), {
      columns: true,
      bom: true,
      trim: true,
      skipEmptyLines: true,
    });
    const rows = rowsSchema.safeParse(records);
    return rows.success
      ? ok(rows.data)
      : err(fault('badFleet', `${path}: ${firstFault(rows.error)}; ${expected}`));
  } catch (error) {
    return err(fault('badFleet', `${path}: ${messageOf(error)}`));
  }
}
