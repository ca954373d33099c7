import type { Client } from '../../shared/domain/campaign/definition.ts';
import { visibleJson } from '../../shared/visible-text.ts';
import { fleetColumns } from '../input/fleet-columns.ts';
import { csvField } from '../views/csv.ts';

/**
 * The fleet line by line, in the order in which the store has it. The CSV is a fleet file: an
 * import of it changes nothing, and an empty fleet that imports it becomes the same fleet. No
 * value begins a formula of a spreadsheet.
 */
export async function* exportFleet(
  fleet: AsyncIterable<Client> | Iterable<Client>,
  format: 'jsonl' | 'csv',
): AsyncGenerator<string> {
  if (format === 'csv') yield `${fleetColumns.join(',')}\n`;
  for await (const client of fleet)
    yield format === 'csv' ? csvRow(client) : `${visibleJson(JSON.stringify(client))}\n`;
}

function csvRow({ client, host, logonServer, zone, role, labels, port, hostKeys = [] }: Client): string {
  const values = [client, host, logonServer, zone, role, labels.join(' '), port ?? '', hostKeys.join(' ')];
  return `${values.map(csvField).join(',')}\n`;
}
