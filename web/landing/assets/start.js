// Lets the page be painted before the other modules take their part of a slow connection and of a slow
// processor. Until they are here, the form works as it does without script.

const MODULES = ['api', 'dom', 'form', 'invitation', 'session', 'landing'];
const STYLES = ['tokens', 'landing'];

const load = () => MODULES.forEach((name) => import(`./${name}.js`));

// A frame is prepared long before it is seen, so the browser is asked when it was painted.
if (globalThis.PerformanceObserver?.supportedEntryTypes?.includes('paint')) {
  new PerformanceObserver((_, observer) => {
    observer.disconnect();
    load();
  }).observe({ type: 'paint', buffered: true });
} else {
  requestAnimationFrame(() => setTimeout(load));
}

// The policy names the page's styles by their hash. While page and policy are of two deployments the
// browser leaves them out, and the same styles come as files.
if (document.styleSheets.length === 0) {
  for (const name of STYLES) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = `/assets/styles/${name}.css`;
    document.head.append(link);
  }
}
