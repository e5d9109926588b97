export { defineProxy, type ProxyConfig } from './config.js'
