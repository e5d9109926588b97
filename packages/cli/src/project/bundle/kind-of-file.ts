import { sep } from 'node:path'

/** Whether Node.js cannot read a file as it is. */
export function isTypeScript(file: string): boolean {
  return /\.(?:[cm]?tsx?|jsx)$/.test(file)
}

/** Whether a file belongs to an installed package. */
export function isInstalled(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`)
}
