/** `/v1/campaigns/:campaign` as OpenAPI writes it: `/v1/campaigns/{campaign}`. */
export const documentPath = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}');
