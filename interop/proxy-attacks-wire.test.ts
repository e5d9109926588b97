import { PERMISSIONS } from './support/attacks/permissions.js'
import { tryAttacks } from './support/attacks/try.js'
import { WIRE } from './support/attacks/wire.js'

tryAttacks([...PERMISSIONS, ...WIRE])
