import type { Client } from '../../shared/domain/campaign/definition.ts';
import { machineOf, nameOf, type Twin } from '../../shared/domain/campaign/machine.ts';
import { bareServer } from '../../shared/domain/observation/logon-server.ts';
import { LogonServerNames } from '../domain/logon-server-names.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { blank } from './blanks.ts';
import type { Delimiter } from './csv-delimiter.ts';
import { type CsvRecord, faultsAtMost, readCsv } from './csv-records.ts';
import { columnsIn, type FleetColumn, readHeader } from './fleet-columns.ts';
import { inFileOrder, type InputFault, show, wholeFile } from '../../shared/input/input-fault.ts';
import { hostForm, hostKeyForm, isHost, isHostKey, isPort, portForm } from '../../shared/input/names.ts';
import { idForm, isId, isLabel, labelForm, rememberingZone, zoneForm } from './names.ts';

/**
 * Reads a fleet: header `client,host,logonServer,zone,role,labels,port,hostKey` in any order, then
 * one row per client. Where the column is missing or the cell empty, the host is the client's id,
 * the zone UTC and the role workstation. Labels and fingerprints of host keys are separated by
 * spaces, semicolons or commas. A logon server has one spelling, that of its first row. All faults
 * are reported at once, and with any fault there are no clients.
 *
 * Two rows for one machine would let two drivers work on it, so clients and hosts are unique, in
 * any case.
 */
export function parseFleet(text: string, file: string): Result<Client[], InputFault[]> {
  const read = readFleetFile(text, file);
  return read.ok ? ok([...read.value.clients]) : read;
}

/** The clients of a fleet file, and the line of each. */
export interface FleetFile {
  readonly clients: readonly Client[];
  readonly lineOf: (client: string) => number;
  readonly delimiter: Delimiter;
}

/** Like `parseFleet`, for faults that are found later. */
export function readFleetFile(text: string, file: string): Result<FleetFile, InputFault[]> {
  const { records, faults, delimiter } = readCsv(text, file, columnsIn);
  const [header, ...rows] = records;
  const broken = faults[0];
  if (header === undefined || (broken !== undefined && broken.line < header.line)) {
    return err(faults.length > 0 ? [...faults] : [empty(file)]);
  }
  const { columns, faults: inHeader } = readHeader(header, file);
  // With a wrong header every row would have the same faults.
  if (inHeader.length > 0) return err(inFileOrder([...faults, ...inHeader]));
  const reader = new FleetReader(file, columns, widthOf(header.cells));
  const clients: Client[] = [];
  for (const row of rows) {
    if (reader.faults.length >= faultsAtMost) break;
    clients.push(reader.read(row));
  }
  const found = inFileOrder([...faults, ...reader.faults]);
  if (found.length > 0) return err(found);
  return clients.length > 0
    ? ok({ clients, delimiter, lineOf: (client) => reader.lineOf(client) })
    : err([{ ...empty(file), wrong: 'has no clients below its header' }]);
}

/** Empty cells at the end of a row are what a spreadsheet adds, so they do not count. */
const widthOf = (cells: readonly string[]): number => cells.findLastIndex((cell) => cell !== '') + 1;

const between = new RegExp(`(?:[;,]|${blank})+`);

const words = (text: string): string[] => text.split(between).filter((word) => word !== '');

const empty = (file: string): InputFault => ({
  file,
  line: 1,
  key: wholeFile,
  wrong: 'is empty',
  expected: 'a header and a row for every client',
});

/** Reads the rows in order, and remembers on which line each client and host first stood. */
class FleetReader {
  readonly faults: InputFault[] = [];
  readonly #file: string;
  readonly #columns: ReadonlyMap<FleetColumn, number>;
  /** Columns up to the last one that has a name. */
  readonly #width: number;
  readonly #unnamed: readonly number[];
  readonly #clientLines = new Map<string, number>();
  readonly #hostLines = new Map<string, number>();
  readonly #servers = new LogonServerNames();
  readonly #zoneOf = rememberingZone();

  constructor(file: string, columns: ReadonlyMap<FleetColumn, number>, width: number) {
    this.#file = file;
    this.#columns = columns;
    this.#width = width;
    const named = new Set(columns.values());
    this.#unnamed = Array.from({ length: width }, (_, at) => at).filter((at) => !named.has(at));
  }

  lineOf(client: string): number {
    return this.#clientLines.get(nameOf(client)) ?? 1;
  }

  /** The client of a row. It is unusable when the row added to `faults`. */
  read(row: CsvRecord): Client {
    const { line, cells } = row;
    const cell = (column: FleetColumn): string => cells[this.#columns.get(column) ?? -1] ?? '';
    const width = Math.max(widthOf(cells), Math.min(cells.length, this.#width));
    if (width !== this.#width)
      this.#blame(line, '(row)', `has ${width} values`, `${this.#width} as in the header`);
    const client = cell('client');
    const found: Client = {
      client,
      host: cell('host') || client,
      logonServer: this.#servers.of(bareServer(cell('logonServer'))),
      zone: this.#zoneOf(cell('zone') || 'UTC') ?? '',
      role: cell('role') === 'server' ? 'server' : 'workstation',
      labels: words(cell('labels')),
      ...(cell('port') === '' ? {} : { port: Number(cell('port')) }),
      ...(cell('hostKey') === '' ? {} : { hostKeys: words(cell('hostKey')) }),
    };
    // A row of the wrong width has its values in the wrong columns: checking them would blame good
    // values.
    if (width === this.#width) this.#judge(found, cell, row);
    return found;
  }

  /** A column without a name may stand between others, where a spreadsheet has an empty one. */
  #nameless(cells: readonly string[], line: number): void {
    for (const at of this.#unnamed) {
      const value = cells[at] ?? '';
      if (value === '') continue;
      this.#blame(line, `(column ${at + 1})`, `is ${show(value)}`, 'no value in a column without a name');
    }
  }

  #judge(found: Client, cell: (column: FleetColumn) => string, { line, cells }: CsvRecord): void {
    this.#nameless(cells, line);
    const role = cell('role');
    const port = cell('port');
    const wants = (column: FleetColumn, value: string, fits: boolean, expected: string): void => {
      if (!fits) this.#blame(line, column, value === '' ? 'is missing' : `is ${show(value)}`, expected);
    };
    const knownClient = isId(found.client);
    wants('client', found.client, knownClient, idForm);
    // The host defaults to the client: without a client only that is the fault.
    wants('host', found.host, found.host === found.client || isHost(found.host), hostForm);
    wants('logonServer', found.logonServer, isHost(found.logonServer), hostForm);
    wants('zone', cell('zone'), found.zone !== '', zoneForm);
    wants('role', role, role === '' || role === 'workstation' || role === 'server', 'workstation or server');
    for (const label of found.labels) wants('labels', label, isLabel(label), labelForm);
    wants('port', port, port === '' || isPort(port), portForm);
    for (const key of found.hostKeys ?? []) wants('hostKey', key, isHostKey(key), hostKeyForm);
    if (knownClient) this.#unique(found, line);
  }

  #unique({ client, host }: Client, line: number): void {
    const clientBefore = firstLine(this.#clientLines, nameOf(client), line);
    const hostBefore = firstLine(this.#hostLines, machineOf(host), line);
    const wrong = (value: string, before: number): string => `is ${show(value)}, as in line ${before}`;
    if (clientBefore !== null) this.#blame(line, 'client', wrong(client, clientBefore), 'one row per client');
    else if (hostBefore !== null) this.#blame(line, 'host', wrong(host, hostBefore), 'one client per host');
  }

  #blame(line: number, key: string, wrong: string, expected: string): void {
    this.faults.push({ file: this.#file, line, key, wrong, expected });
  }
}

/** The line on which `name` stood before. Null when it is new, and `line` is noted then. */
function firstLine(lines: Map<string, number>, name: string, line: number): number | null {
  const before = lines.get(name);
  if (before === undefined) lines.set(name, line);
  return before ?? null;
}

/** A row that would make a second client of a machine in the fleet. */
export const twinFault = (
  file: string,
  line: number,
  { client, other, key }: Twin,
  host: string,
): InputFault => ({
  file,
  line,
  key,
  wrong:
    key === 'client'
      ? `is ${show(client)}, and client ${other} of the fleet is the same name`
      : `is ${show(host)}, the host of client ${other} in the fleet`,
  expected: key === 'client' ? `the spelling ${other}` : 'one client per host',
});
