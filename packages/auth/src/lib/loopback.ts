/** The hosts that are this machine, as `URL` writes them: `http` does for them, and for no others. */
export const LOOPBACK: RegExp = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
