'use strict';
// Pointing at a table. All that is pointed at ends in the form's own selects, which work without
// this script too; the server answers what the form would propose.

(() => {
  const form = document.getElementById('mapping');
  const grid = document.getElementById('grid');
  if (!form || !grid) return;
  const tools = document.getElementById('tools');
  const told = document.getElementById('told');
  const preview = document.getElementById('preview');
  const dimension = document.getElementById('brush-dimension');
  const onlyCell = document.getElementById('brush-cell');
  const brushes = [...tools.querySelectorAll('.brush')];
  const wait = 350;
  let role = null;
  let from = null;
  let to = null;
  let dragging = false;
  let timer = 0;
  let asked = 0;

  tools.hidden = false;
  form.classList.add('pointing');
  for (const head of grid.querySelectorAll('th.ch, th.rh')) head.tabIndex = -1;

  const number = (element, name) => Number(element.dataset[name]);
  const column = (c) => form.elements[`col-${c}`];
  const row = (r) => form.elements[`row-${r}`];
  const headerRows = () => Number(form.elements.header_rows.value) || 0;
  const rowName = (r) => `row ${r + 1}`;
  const columnName = (c) => `column ${c + 1}`;
  const words = (value) => {
    const brush = brushes.find((each) => each.dataset.role === value);
    if (brush) return brush.firstChild.textContent.trim();
    const option = [...dimension.options].find((each) => each.value === value);
    return option ? option.textContent : value;
  };

  // ----- roles

  function choose(value) {
    role = value;
    for (const brush of brushes) {
      brush.setAttribute('aria-pressed', String(brush.dataset.role === value));
    }
    if (value === null || !value.startsWith('dimension:')) dimension.value = '';
  }

  function setSelect(select, value, name) {
    if (!select) return;
    const fits = [...select.options].some((option) => option.value === value);
    select.value = fits ? value : '';
    say(fits ? `${name}: ${value ? words(value) : 'nothing'}` : `${name} cannot be ${words(value)}`);
  }

  function setSpot(r, c, value) {
    const field = form.elements.cells;
    const place = `${r + 1},${c + 1}`;
    const others = field.value.split(';').map((part) => part.trim())
      .filter((part) => part && part.split(' ')[1] !== place);
    if (value) others.push(`${value} ${place}`);
    field.value = others.join('; ');
    say(`The cell in ${rowName(r)}, ${columnName(c)}: ${value ? words(value) : 'nothing'}`);
  }

  // What a role means for a stretch of cells: whole columns, whole rows, or single cells.
  function assign(value, area) {
    const { r1, c1, r2, c2, whole } = area;
    if (whole === 'column') return each(c1, c2, (c) => setSelect(column(c), value, columnName(c)));
    if (whole === 'row') return each(r1, r2, (r) => setSelect(row(r), value, rowName(r)));
    const one = r1 === r2 && c1 === c2;
    if (onlyCell.checked || (one && value === 'leave_out')) {
      return each(r1, r2, (r) => each(c1, c2, (c) => setSpot(r, c, value)));
    }
    if (value === 'figures') {
      // Figures dragged over begin below the head.
      if (r2 > r1 && r1 < 12) form.elements.header_rows.value = String(r1);
      return each(c1, c2, (c) => setSelect(column(c), value, columnName(c)));
    }
    if (!value && one) setSpot(r1, c1, '');
    const across = value === 'totals' ? r1 === r2 : (r1 === r2 && c2 > c1) || (one && r1 < headerRows());
    if (across || (value === 'leave_out' && r2 - r1 <= c2 - c1)) {
      return each(r1, r2, (r) => setSelect(row(r), value, rowName(r)));
    }
    return each(c1, c2, (c) => setSelect(column(c), value, columnName(c)));
  }

  function each(first, last, act) {
    for (let at = first; at <= last; at += 1) act(at);
  }

  function say(text) {
    told.textContent = text;
  }

  // ----- what is shown

  function paint() {
    const roles = {};
    for (const select of grid.querySelectorAll('select[data-col]')) {
      roles[`c${select.dataset.col}`] = select.value;
    }
    for (const select of grid.querySelectorAll('select[data-rowrole]')) {
      roles[`r${select.dataset.rowrole}`] = select.value;
    }
    const spots = {};
    for (const part of form.elements.cells.value.split(';')) {
      const [value, place] = part.trim().split(' ');
      if (place) spots[place] = value;
    }
    const heads = headerRows();
    for (const cell of form.querySelectorAll('td[data-r], rect[data-r]')) {
      const r = number(cell, 'r');
      const c = number(cell, 'c');
      const ofRow = roles[`r${r}`];
      const value = spots[`${r + 1},${c + 1}`] || ofRow || (r >= heads ? roles[`c${c}`] : '');
      const name = value && value.startsWith('dimension:') ? 'dimension' : value;
      for (const old of [...cell.classList]) if (old.startsWith('role-')) cell.classList.remove(old);
      if (name) cell.classList.add(`role-${name}`);
    }
    for (const line of grid.querySelectorAll('tr[data-row]')) {
      line.classList.toggle('head', number(line, 'row') < heads);
    }
  }

  function area() {
    const heads = [from, to].map((cell) => ({
      r: cell.dataset.r === undefined ? null : number(cell, 'r'),
      c: cell.dataset.c === undefined ? null : number(cell, 'c'),
    }));
    if (heads.some((at) => at.r === null)) {
      const cs = heads.map((at) => at.c ?? 0);
      return { r1: 0, r2: 0, c1: Math.min(...cs), c2: Math.max(...cs), whole: 'column' };
    }
    if (heads.some((at) => at.c === null)) {
      const rs = heads.map((at) => at.r);
      return { r1: Math.min(...rs), r2: Math.max(...rs), c1: 0, c2: 0, whole: 'row' };
    }
    const rs = heads.map((at) => at.r);
    const cs = heads.map((at) => at.c);
    return {
      r1: Math.min(...rs), r2: Math.max(...rs), c1: Math.min(...cs), c2: Math.max(...cs), whole: '',
    };
  }

  function mark() {
    const chosen = from && to ? area() : null;
    for (const cell of form.querySelectorAll('[data-r], [data-c]')) {
      const r = cell.dataset.r === undefined ? null : number(cell, 'r');
      const c = cell.dataset.c === undefined ? null : number(cell, 'c');
      let inside = false;
      if (chosen && chosen.whole === 'column') inside = c !== null && c >= chosen.c1 && c <= chosen.c2;
      else if (chosen && chosen.whole === 'row') inside = r !== null && r >= chosen.r1 && r <= chosen.r2;
      else if (chosen) {
        inside = r !== null && c !== null && r >= chosen.r1 && r <= chosen.r2
          && c >= chosen.c1 && c <= chosen.c2;
      }
      if (cell.tagName === 'rect') cell.classList.toggle('marked', inside);
      else if (inside) cell.setAttribute('aria-selected', 'true');
      else cell.removeAttribute('aria-selected');
    }
  }

  // ----- asking the server what it would propose

  function changed() {
    paint();
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  async function ask() {
    const mine = asked += 1;
    const fields = new URLSearchParams(new FormData(form));
    fields.set('part', '1');
    try {
      const answer = await fetch(form.dataset.preview, {
        method: 'POST', body: fields, headers: { 'X-CSRF': form.elements.csrf.value },
      });
      const text = await answer.text();
      if (mine !== asked) return;
      if (answer.ok) {
        // While a person types in one of its fields, the preview is not taken from under them.
        const focus = preview.contains(document.activeElement) ? document.activeElement.name : '';
        preview.innerHTML = text;
        if (focus && form.elements[focus]) form.elements[focus].focus();
      } else say(JSON.parse(text).error);
    } catch {
      if (mine === asked) say('The preview cannot be had now. What you chose is kept in the form.');
    }
  }

  // ----- mouse and touch

  const target = (event) => {
    const found = document.elementFromPoint(event.clientX, event.clientY);
    const cell = found && found.closest('td[data-r], th.ch, th.rh, rect[data-r]');
    return cell && form.contains(cell) ? cell : null;
  };

  form.addEventListener('pointerdown', (event) => {
    if (event.button || event.target.closest('select, input, button, a, summary')) return;
    // A finger that is drawn over the grid scrolls it: what it taps comes as a click.
    if (event.pointerType === 'touch') return;
    const cell = target(event);
    if (!cell) return;
    from = to = cell;
    dragging = true;
    if (cell.focus && cell.tagName !== 'rect') cell.focus({ preventScroll: true });
    mark();
    event.preventDefault();
  });
  form.addEventListener('pointermove', (event) => {
    const cell = dragging ? target(event) : null;
    if (!cell || cell === to) return;
    const kind = (each) => (each.dataset.r === undefined ? 'c' : each.dataset.c === undefined ? 'r' : '');
    if (kind(cell) !== kind(from)) return;
    to = cell;
    mark();
  });
  document.addEventListener('pointerup', () => {
    if (!dragging) return;
    dragging = false;
    pointed();
  });
  form.addEventListener('click', (event) => {
    if (event.pointerType !== 'touch' || event.target.closest('select, input, button, a, summary')) return;
    const cell = target(event);
    if (!cell) return;
    from = to = cell;
    mark();
    pointed();
  });

  function pointed() {
    if (role === null) {
      say('Marked. Choose a role, or press its letter.');
      return;
    }
    assign(role, area());
    changed();
  }

  // ----- keyboard

  function cellAt(r, c) {
    if (r === null) return grid.querySelector(`th.ch[data-c="${c}"]`);
    if (c === null) return grid.querySelector(`th.rh[data-r="${r}"]`);
    return grid.querySelector(`td[data-r="${r}"][data-c="${c}"]`);
  }

  const shownRows = [...grid.querySelectorAll('tr[data-row]')].map((line) => number(line, 'row'));
  const lastColumn = grid.querySelectorAll('th.ch').length - 1;

  function moved(cell, key) {
    let r = cell.dataset.r === undefined ? -1 : shownRows.indexOf(number(cell, 'r'));
    let c = cell.dataset.c === undefined ? -1 : number(cell, 'c');
    if (key === 'ArrowUp') r -= 1;
    if (key === 'ArrowDown') r += 1;
    if (key === 'ArrowLeft') c -= 1;
    if (key === 'ArrowRight') c += 1;
    if (key === 'Home') c = r < 0 ? 0 : -1;
    if (key === 'End') c = lastColumn;
    if (key === 'PageUp') r = Math.max(r - 15, 0);
    if (key === 'PageDown') r = Math.min(r + 15, shownRows.length - 1);
    r = Math.min(r, shownRows.length - 1);
    c = Math.min(c, lastColumn);
    if (r < -1 || c < -1 || (r < 0 && c < 0)) return null;
    return cellAt(r < 0 ? null : shownRows[r], c < 0 ? null : c);
  }

  const MOVES = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'];

  grid.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('select')) return;
    const cell = event.target.closest('td[data-r], th.ch, th.rh');
    if (!cell) return;
    if (MOVES.includes(event.key)) {
      const next = moved(cell, event.key);
      event.preventDefault();
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      if (!event.shiftKey || !from) from = next;
      to = next;
      mark();
      return;
    }
    if (event.key === 'Escape') {
      from = to = null;
      mark();
      return;
    }
    const brush = brushes.find((each) => each.dataset.key === event.key.toLowerCase());
    const value = brush ? brush.dataset.role : event.key === 'Enter' ? role : null;
    if (value === null) return;
    event.preventDefault();
    if (!from) from = to = cell;
    mark();
    assign(value, area());
    changed();
  });

  const help = document.querySelector('[data-help]');
  document.addEventListener('keydown', (event) => {
    if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!help || document.activeElement.matches('input, select, textarea')) return;
    event.preventDefault();
    help.open = !help.open;
    if (help.open) help.scrollIntoView({ block: 'nearest' });
  });

  grid.addEventListener('focusin', (event) => {
    const cell = event.target.closest('td[data-r], th.ch, th.rh');
    if (!cell || event.target !== cell || dragging) return;
    if (!from) {
      from = to = cell;
      mark();
    }
  });

  // ----- brushes and the form

  for (const brush of brushes) {
    brush.addEventListener('click', () => {
      choose(role === brush.dataset.role ? null : brush.dataset.role);
      if (role !== null && from && to && grid.querySelector('[aria-selected]') && told.textContent.startsWith('Marked')) {
        assign(role, area());
        changed();
        return;
      }
      say(role === null ? '' : `${words(role)}: now click a head or cells.`);
    });
  }
  dimension.addEventListener('change', () => {
    const value = dimension.value;
    choose(value || null);
    dimension.value = value;
    say(value ? `${words(value)}: now click a head or cells.` : '');
  });
  form.addEventListener('change', (event) => {
    if (event.target === dimension || event.target === onlyCell) return;
    changed();
  });
  choose(null);
  paint();
})();
