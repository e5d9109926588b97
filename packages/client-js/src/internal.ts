// What the page of @signet/studio takes from this package. UNSTABLE: any release may change or remove a name here without notice.
// The Studio can use them, because all packages of Signet are released together and depend on one exact version.
// What applications may use is in index.ts.
export { createApi, type ApiRequest } from './request.js'
