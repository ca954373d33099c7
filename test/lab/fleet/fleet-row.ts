/** What the fleet file says of a client, as far as the lab needs it. */
export interface FleetRow {
  readonly client: string;
  readonly host: string;
  readonly logonServer: string;
  readonly zone: string;
  readonly role: 'workstation' | 'server';
}
