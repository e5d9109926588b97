import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'
import type { Registries } from './global-setup.js'
import type { PackageManager } from './package-manager.js'

/** What a command came to. */
export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Variables without which no package manager reaches a registry behind a proxy or a private authority. */
const NETWORK = /^(https?_proxy|no_proxy|ssl_cert_(file|dir)|node_extra_ca_certs)$/i

/** An application in a folder of its own, outside the repository, with a home of its own. */
export class Project {
  readonly directory: string
  readonly #base: string
  readonly #manager: PackageManager

  private constructor(base: string, manager: PackageManager) {
    this.#base = base
    this.directory = join(base, 'application')
    this.#manager = manager
  }

  /** Makes one without packages, and tells its package manager, but not the project itself, where packages are. */
  static async create(
    manager: PackageManager,
    registries: Registries,
    files: Readonly<Record<string, string>> = {
      'package.json': '{ "private": true, "type": "module" }\n',
      ...manager.projectFiles,
    },
  ): Promise<Project> {
    const base = await mkdtemp(join(tmpdir(), `signet-${manager.name.toLowerCase()}-`))
    const project = new Project(base, manager)
    await mkdir(project.home)
    const [name, text] = manager.configure(registries)
    await writeFile(join(project.home, name), text)
    await mkdir(project.directory)
    for (const [file, content] of Object.entries(files)) {
      await project.write(file, content)
    }
    return project
  }

  get home(): string {
    return join(this.#base, 'home')
  }

  /** The environment of whoever works in it: this Node first, and nothing of the npm that runs the tests. */
  get env(): Readonly<Record<string, string>> {
    const { PATH = '' } = process.env
    const network = Object.entries(process.env).filter(([name]) => NETWORK.test(name))
    return {
      ...Object.fromEntries(network.map(([name, value = '']) => [name, value])),
      HOME: this.home,
      PATH: [dirname(process.execPath), PATH].join(delimiter),
    }
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  async read(path: string): Promise<string> {
    return readFile(join(this.directory, path), 'utf8')
  }

  run(command: string, args: readonly string[], env = {}): Finished {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: this.directory,
      encoding: 'utf8',
      env: { ...this.env, ...env },
      timeout: 600_000,
    })
    return { status, stdout, stderr }
  }

  /** Runs the package manager. @throws where it fails */
  manage(...args: readonly string[]): void {
    const [command, ...first] = this.#manager.command()
    const { status, stdout, stderr } = this.run(command, [...first, ...args])
    if (status === 0) return
    throw new Error(`${this.#manager.name} ${args.join(' ')}: ${status}\n${stdout}${stderr}`)
  }

  /** Compiles it strictly, as `tsconfig.json` says. */
  compile(...flags: readonly string[]): Finished {
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    return this.run(process.execPath, [compiler, '-p', this.directory, ...flags])
  }

  async remove(): Promise<void> {
    await rm(this.#base, { recursive: true })
  }
}
