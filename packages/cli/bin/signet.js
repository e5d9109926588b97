#!/usr/bin/env node
import { endProcess } from '../dist/exit.js'
import { isServer, main } from '../dist/main.js'

const args = process.argv.slice(2)
await endProcess(await main(args), { isServer: isServer(args) })
