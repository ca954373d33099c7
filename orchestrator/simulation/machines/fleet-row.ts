/** The columns of the fleet file that the lab needs. */
export interface FleetRow {
  readonly client: string;
  readonly host: string;
  readonly logonServer: string;
  readonly zone: string;
  readonly role: 'workstation' | 'server';
}
