import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

const foundation =
  /node_modules\/(react|react-dom|scheduler|i18next|react-i18next|@tanstack|react-router|tabster|keyborg|stylis|rtl-css-js|@griffel|@emotion|@floating-ui|use-sync-external-store)\//;

/** What every page draws at once; of other parts of Fluent each page takes its own. */
const fluent =
  /node_modules\/@fluentui\/(tokens|react-(button|tooltip|message-bar|spinner|portal|provider|link|aria|shared-contexts|label|jsx-runtime|theme))\//;

function chunkOf(id: string): string | undefined {
  if (foundation.test(id)) return 'foundation';
  return fluent.test(id) ? 'fluent' : undefined;
}

/**
 * Empties dist but leaves .gitkeep, which lets the Go package embed the folder before anything was built. Vite's own emptying
 * would remove it.
 */
const emptyDist = {
  name: 'guichet-empty-dist',
  apply: 'build' as const,
  buildStart() {
    for (const name of readdirSync(`${root}dist`)) {
      if (name !== '.gitkeep') rmSync(`${root}dist/${name}`, { recursive: true });
    }
  },
};

export default defineConfig({
  plugins: [react(), emptyDist],
  build: {
    emptyOutDir: false,
    manifest: true,
    target: 'es2022',
    // Terser's output is a few percent smaller than esbuild's, which the budget of the first load needs.
    minify: 'terser',
    // An inlined asset would be a data: address, which the content security policy of the pages refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        desk: `${root}desk.html`,
        portal: `${root}portal.html`,
        handset: `${root}handset.html`,
      },
      output: {
        // What every page needs from the start in two files: it compresses better together and changes only with the dependencies.
        manualChunks: chunkOf,
        onlyExplicitManualChunks: true,
      },
    },
  },
  server: {
    proxy: {
      '/api': process.env.GUICHET_DESK ?? 'http://localhost:8080',
      '/_guichet': process.env.GUICHET_CLOUD ?? 'http://localhost:8090',
    },
  },
  test: {
    environment: 'jsdom',
    testTimeout: 30_000,
    setupFiles: ['src/shared/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    // Fluent's CommonJS build would load a second copy of React contexts; Vite's resolution takes the ES modules.
    server: { deps: { inline: [/@fluentui/] } },
  },
});
