import type { Client } from '../../shared/domain/campaign/definition.ts';
import { machineOf, nameOf, type Twin } from '../../shared/domain/campaign/machine.ts';
import { bareServer } from '../../shared/domain/observation/logon-server.ts';
import { LogonServerNames } from '../domain/logon-server-names.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { blank } from './blanks.ts';
import type { Delimiter } from './csv-delimiter.ts';
import { isAnsibleIni, readAnsibleIni } from './ansible-ini.ts';
import { type CsvRecord, type CsvRecords, readCsv } from './csv-records.ts';
import { faultsAtMost } from './faults-at-most.ts';
import { readFleetObjects } from './fleet-objects.ts';
import {
  type ColumnMapping,
  columnsIn,
  type FleetColumn,
  type FleetHeader,
  readHeader,
  withTemplates,
} from './fleet-columns.ts';
import { filled, type FleetTemplates, noTemplates, placesIn } from './fleet-templates.ts';
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
  /** What the file is, in words: `CSV`, `a list`, `an Ansible inventory`. */
  readonly form: string;
  readonly lineOf: (client: string) => number;
  readonly delimiter: Delimiter;
  /** A column in the words of the file. */
  readonly nameOf: (column: FleetColumn) => string;
  /** Columns that have a name and are not read. */
  readonly leftOut: readonly string[];
}

/**
 * Like `parseFleet`, for faults that are found later. With mappings, columns that are neither
 * mapped nor servpack's are left out. Templates fill what a row does not say. A fault names the
 * column as the file does.
 */
export function readFleetFile(
  text: string,
  file: string,
  columns: readonly ColumnMapping[] = [],
  templates: FleetTemplates = noTemplates,
): Result<FleetFile, InputFault[]> {
  const mappings = withTemplates(columns, templates);
  const { records, faults, delimiter, form } = rowsOf(text, file, mappings);
  const [header, ...rows] = records;
  const broken = faults[0];
  if (header === undefined || (broken !== undefined && broken.line < header.line)) {
    return err(faults.length > 0 ? [...faults] : [empty(file)]);
  }
  const read = readHeader(header, file, mappings, templates);
  // With a wrong header every row would have the same faults.
  if (read.faults.length > 0) return err(inFileOrder([...faults, ...read.faults]));
  const { nameOf: columnName, leftOut } = read;
  const reader = new FleetReader(file, read, header.cells, templates);
  const clients: Client[] = [];
  for (const row of rows) {
    if (reader.faults.length >= faultsAtMost) break;
    clients.push(reader.read(row));
  }
  const found = inFileOrder([...faults, ...reader.faults]);
  if (found.length > 0) return err(found);
  return clients.length > 0
    ? ok({ clients, form, delimiter, nameOf: columnName, leftOut, lineOf: (client) => reader.lineOf(client) })
    : err([{ ...empty(file), wrong: 'has no clients below its header' }]);
}

/** The rows of a file in whatever form it is. */
function rowsOf(
  text: string,
  file: string,
  mappings: readonly ColumnMapping[],
): CsvRecords & { readonly form: string } {
  const delimiter = ',';
  if (isObjects(text, file)) return { delimiter, ...readFleetObjects(text, file, mappings) };
  if (!isAnsibleIni(text)) return { form: 'CSV', ...readCsv(text, file, columnsIn(mappings)) };
  const { inventory, faults } = readAnsibleIni(text, file);
  return { form: 'an Ansible inventory', records: inventory.records(mappings), faults, delimiter };
}

/** By a beginning that no table has; a first key is one only in a file that is named as YAML. */
const isObjects = (text: string, file: string): boolean =>
  /^\uFEFF?\s*(?:\{|\[\s*[{"\]]|---\s|-\s)/.test(text) ||
  (/\.(?:ya?ml|json)$/i.test(file) && /^\uFEFF?(?:\s|#[^\r\n]*)*["']?[\w.-]+["']?\s*:(?:\s|$)/.test(text));

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
  readonly #header: FleetHeader;
  /** Columns up to the last one that has a name. */
  readonly #width: number;
  readonly #unnamed: readonly number[];
  readonly #clientLines = new Map<string, number>();
  readonly #hostLines = new Map<string, number>();
  readonly #templates: FleetTemplates;
  readonly #places: ReadonlyMap<string, number>;
  readonly #servers = new LogonServerNames();
  readonly #zoneOf = rememberingZone();

  constructor(file: string, header: FleetHeader, names: readonly string[], templates: FleetTemplates) {
    this.#templates = templates;
    this.#places = placesIn(names);
    this.#file = file;
    this.#header = header;
    this.#width = widthOf(names);
    this.#unnamed = Array.from({ length: this.#width }, (_, at) => at).filter((at) => names[at] === '');
  }

  lineOf(client: string): number {
    return this.#clientLines.get(nameOf(client)) ?? 1;
  }

  /** The client of a row. It is unusable when the row added to `faults`. */
  read(row: CsvRecord): Client {
    const { line, cells } = row;
    const { values, labels } = this.#templates;
    const fill = (template: string): string => filled(template, this.#places, cells);
    const cell = (column: FleetColumn): string =>
      cells[this.#header.columns.get(column) ?? -1] || fill(values[column] ?? '');
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
      labels: [...words(cell('labels')), ...labels.map(fill).filter((label) => label !== '')],
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
      if (!fits)
        this.#blame(
          line,
          this.#header.nameOf(column),
          value === '' ? 'is missing' : `is ${show(value)}`,
          expected,
        );
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
    if (clientBefore !== null)
      this.#blame(line, this.#header.nameOf('client'), wrong(client, clientBefore), 'one row per client');
    else if (hostBefore !== null)
      this.#blame(line, this.#header.nameOf('host'), wrong(host, hostBefore), 'one client per host');
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
  { lineOf, nameOf: columnName }: FleetFile,
  { client, other, key }: Twin,
  host: string,
): InputFault => ({
  file,
  line: lineOf(client),
  key: columnName(key),
  wrong:
    key === 'client'
      ? `is ${show(client)}, and client ${other} of the fleet is the same name`
      : `is ${show(host)}, the host of client ${other} in the fleet`,
  expected: key === 'client' ? `the spelling ${other}` : 'one client per host',
});
