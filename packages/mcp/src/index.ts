/** @sluice/mcp: a gateway as tools of the Model Context Protocol; one table, served over any transport. */
export { createMcpServer, type McpOptions } from './server.ts';
export { connectStdio } from './stdio.ts';
export { answerHttp, type HttpOptions } from './streamable-http.ts';
