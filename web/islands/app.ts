/// Loaded on every page.
export {};
