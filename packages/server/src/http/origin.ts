/** Whether a text is an origin as browsers write one in the header `Origin`: scheme, host, and the port where it is not the usual one. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}
