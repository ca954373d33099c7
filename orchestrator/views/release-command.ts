/** The way back from a hold on these logon servers. */
export const releaseCommand = (campaign: string, logonServers: readonly string[]): string =>
  `servpack campaign release ${campaign}${logonServers.map((name) => ` --server ${name}`).join('')}`;
