import { createSecret } from '@signet/auth'
import { type Io, writeLine } from '../io.js'

/** Prints a fresh secret: 384 random bits, enough for every HMAC algorithm. */
export function runSecret(io: Io): void {
  writeLine(io.stdout, createSecret())
}
