/* The scores of many texts at once, read from where Arrow keeps them: no object of Python is made of a text. Part of
 * kernel.c. Texts that are not plain, see plain_characters.py, are left to the caller. */

#define LANES 8
#define NOT_PLAIN 0xFFFF
#define PLAIN_CODES 0x10000

typedef float Lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float))));

/* Write the codes of " text " as `fold` leaves it, and return how many; -1 where the text is not plain. */
static Py_ssize_t fold_utf8(const uint8_t *from, Py_ssize_t length, Py_ssize_t most, const uint16_t *folded, uint32_t *codes) {
    const uint8_t *end = from + length;
    Py_ssize_t kept = 1, read = 0;
    uint32_t before = BLANK;
    for (; from < end && read < most; read++) {
        uint32_t code = *from;
        if (code < 0x80) {
            from++;
        } else if (code >= 0xC2 && code < 0xE0 && end - from >= 2) {
            code = (code & 0x1F) << 6 | (from[1] & 0x3F);
            from += 2;
        } else if (code >= 0xE0 && code < 0xF0 && end - from >= 3) {
            code = (code & 0x0F) << 12 | (uint32_t)(from[1] & 0x3F) << 6 | (from[2] & 0x3F);
            from += 3;
        } else {
            return -1;
        }
        code = folded[code];
        if (code == NOT_PLAIN) return -1;
        codes[kept] = code;
        kept += !(code == BLANK && before == BLANK);
        before = code;
    }
    if (kept > 1 && codes[kept - 1] == BLANK) kept--;
    if (kept == 1) return 0;
    codes[0] = codes[kept] = BLANK;
    return kept + 1;
}

/* How often each id has occurred in a text that is not long: four times as many of them fit into the fast caches. */
static uint8_t *seldom = NULL;
static Py_ssize_t seldom_size = 0;

/* Of a text without more characters than this, hardly any n-gram occurs 255 times. */
#define SELDOM_CHARACTERS 4096
#define SELDOM_MOST 255

static int make_room_for_seldom(Py_ssize_t size) {
    if (size <= seldom_size) return 0;
    uint8_t *larger = calloc((size_t)size, 1);
    if (larger == NULL) return -1;
    free(seldom);
    seldom = larger;
    seldom_size = size;
    return 0;
}

/* Do what count_distinct does; return -1, with nothing left of the counts, where one of them is too large. */
static Py_ssize_t count_seldom(uint32_t *ids, Py_ssize_t number) {
    Py_ssize_t place = number;
    int too_many = 0;
    for (Py_ssize_t i = number - 1; i >= 0; i--) {
        uint32_t id = ids[i];
        PREFETCH(&seldom[ids[i > AHEAD ? i - AHEAD : 0]]);
        uint8_t count = seldom[id];
        ids[place - 1] = id;
        place -= count == 0;
        too_many |= count == SELDOM_MOST;
        seldom[id] = (uint8_t)(count + (count != SELDOM_MOST));
    }
    if (!too_many) return number - place;
    for (Py_ssize_t i = place; i < number; i++) seldom[ids[i]] = 0;
    return -1;
}

/* Add up one part of the n-grams as SUM_UP does, in the same order and so to the same numbers; rows are filled up to whole
 * registers. */
static inline __attribute__((always_inline)) uint32_t sum_up_part(
    const uint32_t *ids, Py_ssize_t number, int is_seldom, const float *rows, Py_ssize_t registers, Py_ssize_t classes,
    const float *weights, size_t known, Lanes *sums, float *squares
) {
    uint32_t largest = 0;
    float square = 0;
    Lanes first = {0};
    for (Py_ssize_t i = 0; i < number; i++) {
        uint32_t id = ids[i], count = is_seldom ? seldom[id] : occurred[id];
        PREFETCH(&rows[(Py_ssize_t)ids[i + AHEAD < number ? i + AHEAD : i] * registers * LANES]);
        if (is_seldom) seldom[id] = 0;
        else occurred[id] = 0;
        if (count > largest) largest = count;
        const float *row = &rows[(Py_ssize_t)id * registers * LANES];
        float weight = weights[count < known ? count : known - 1] * row[classes];
        square += weight * weight;
        if (registers == 1) {
            first += weight * *(const Lanes *)row;
        } else {
            for (Py_ssize_t j = 0; j < registers; j++) sums[j] += weight * ((const Lanes *)row)[j];
        }
    }
    if (registers == 1) sums[0] = first;
    *squares = square;
    return largest;
}

WIDE static uint32_t sum_up_narrow(
    const uint32_t *ids, Py_ssize_t number, int is_seldom, const float *rows, Py_ssize_t classes, const float *weights,
    size_t known, float *sums, float *squares
) {
    if (is_seldom) return sum_up_part(ids, number, 1, rows, 1, classes, weights, known, (Lanes *)sums, squares);
    return sum_up_part(ids, number, 0, rows, 1, classes, weights, known, (Lanes *)sums, squares);
}

WIDE static uint32_t sum_up_wide(
    const uint32_t *ids, Py_ssize_t number, int is_seldom, const float *rows, Py_ssize_t registers, Py_ssize_t classes,
    const float *weights, size_t known, float *sums, float *squares
) {
    return sum_up_part(ids, number, is_seldom, rows, registers, classes, weights, known, (Lanes *)sums, squares);
}

/* What all texts of a batch share. */
typedef struct {
    const Ngrams *ngrams;
    const Linear *linear;
    const uint16_t *folded;
    Py_ssize_t most, registers;
    float *sums;
} Batch;

/* Score a text; return 0 where it is left to the caller, -1 without memory. */
static int score_text(Batch *batch, const uint8_t *text, Py_ssize_t length, float *scores) {
    const Settings *settings = &batch->ngrams->settings;
    const Linear *linear = batch->linear;
    Py_ssize_t classes = linear->classes, lanes = batch->registers * LANES;
    Py_ssize_t room = (length < batch->most ? length : batch->most) + 2;
    Py_ssize_t lengths = settings->longest < settings->shortest ? 0 : settings->longest - settings->shortest + 1;
    uint32_t *codes = get_workplace((size_t)(room * (5 + lengths)) * sizeof *codes);
    if (codes == NULL) return -1;
    uint32_t *mixed = codes + room, *scratch = mixed + room, *ids = scratch + room;
    Py_ssize_t characters = fold_utf8(text, length, batch->most, batch->folded, codes);
    if (characters < 0) {
        leave_workplace(codes);
        return 0;
    }
    Py_ssize_t number = write_ids(codes, mixed, scratch, characters, batch->ngrams->classes.buf, settings, ids);
    if (batch->ngrams->selection.buf != NULL) number = select_ids(ids, number, batch->ngrams->selection.buf);
    int is_seldom = characters <= SELDOM_CHARACTERS;
    Py_ssize_t distinct = is_seldom ? count_seldom(ids, number) : count_distinct(ids, number), words = 0;
    if (distinct < 0) {
        leave_workplace(codes);
        return 0;
    }
    ids += number - distinct;
    /* Words and pairs were written first, and their last occurrences stand before those of the runs. */
    while (words < distinct && (Py_ssize_t)ids[words] < linear->first_run) words++;
    memset(batch->sums, 0, (size_t)(2 * lanes) * sizeof *batch->sums);
    const float *weights = batch->ngrams->weights.buf, *rows = linear->rows.buf;
    size_t known = (size_t)batch->ngrams->weights.len / sizeof(float);
    float squares[2];
    uint32_t largest = 0;
    for (int part = 0; part < 2; part++) {
        const uint32_t *begin = part ? ids + words : ids;
        Py_ssize_t of_part = part ? distinct - words : words;
        float *sums = batch->sums + part * lanes;
        uint32_t found = batch->registers == 1
            ? sum_up_narrow(begin, of_part, is_seldom, rows, classes, weights, known, sums, &squares[part])
            : sum_up_wide(begin, of_part, is_seldom, rows, batch->registers, classes, weights, known, sums, &squares[part]);
        if (found > largest) largest = found;
    }
    leave_workplace(codes);
    const float *scales = linear->scales.buf, *bias = linear->bias.buf;
    for (Py_ssize_t j = 0; j < classes; j++) {
        float score = bias[j];
        for (int part = 0; part < 2; part++) {
            float square = squares[part] > SMALLEST_SQUARE ? squares[part] : SMALLEST_SQUARE;
            score += batch->sums[part * lanes + j] * scales[part * classes + j] / sqrtf(square);
        }
        scores[j] = score;
    }
    /* Of a larger count there is no weight here. */
    return largest < known;
}

/* Score all texts; return the numbers of those that are left, NULL with an exception. */
static PyObject *score_all(Batch *batch, const Py_buffer *data, const Py_buffer *offsets, float *scores) {
    Py_ssize_t texts = offsets->len / (Py_ssize_t)sizeof(int64_t) - 1;
    const int64_t *bounds = offsets->buf;
    PyObject *left = PyList_New(0);
    for (Py_ssize_t i = 0; left != NULL && i < texts; i++) {
        int done = -2;
        if (bounds[i] >= 0 && bounds[i] <= bounds[i + 1] && bounds[i + 1] <= data->len)
            done = score_text(batch, (const uint8_t *)data->buf + bounds[i], (Py_ssize_t)(bounds[i + 1] - bounds[i]),
                              scores + i * batch->linear->classes);
        if (done == 1) continue;
        PyObject *number = done == 0 ? PyLong_FromSsize_t(i) : NULL;
        if (number == NULL || PyList_Append(left, number) < 0) Py_CLEAR(left);
        Py_XDECREF(number);
        if (done == -1) PyErr_NoMemory();
        if (done == -2) PyErr_SetString(PyExc_ValueError, "offsets that lie outside the texts");
    }
    return left;
}

PyDoc_STRVAR(score_texts_doc,
"score_texts(data, offsets, folded, most, scores, classes, weights, selection, word_bits, character_bits, pairs, "
"shortest, longest, rows, scales, bias, first_run)\n--\n\nSee Kernel in compiled.py.");

static PyObject *score_texts(PyObject *self, PyObject *arguments) {
    Ngrams ngrams = {0};
    Linear linear = {0};
    Batch batch = {.ngrams = &ngrams, .linear = &linear};
    Py_buffer data = {0}, offsets = {0}, folded = {0}, scores = {0};
    PyObject *left = NULL;
    if (!PyArg_ParseTuple(arguments, "y*y*y*nw*y*y*Oiipiiy*y*y*n", &data, &offsets, &folded, &batch.most, &scores,
                          &ngrams.classes, &ngrams.weights, &ngrams.chosen, &ngrams.word_bits, &ngrams.character_bits,
                          &ngrams.settings.pairs, &ngrams.settings.shortest, &ngrams.settings.longest, &linear.rows,
                          &linear.scales, &linear.bias, &linear.first_run))
        return NULL;
    linear.classes = linear.bias.len / (Py_ssize_t)sizeof(float);
    batch.registers = (linear.classes + 1 + LANES - 1) / LANES;
    batch.folded = folded.buf;
    if (prepare(&ngrams) == 0) {
        Py_ssize_t row = batch.registers * LANES * (Py_ssize_t)sizeof(float);
        Py_ssize_t texts = offsets.len / (Py_ssize_t)sizeof(int64_t) - 1;
        if (linear.classes < 1 || linear.rows.len % row != 0 || linear.scales.len != 2 * linear.bias.len || texts < 0 ||
            folded.len != PLAIN_CODES * (Py_ssize_t)sizeof(uint16_t) || scores.len != texts * linear.bias.len || batch.most < 1 ||
            (ngrams.selection.buf == NULL && linear.rows.len / row < vocabulary_size(&ngrams.settings, ngrams.character_bits))) {
            PyErr_SetString(PyExc_ValueError, "tables or texts of another shape than the settings ask for");
        } else if (make_room_for_seldom(vocabulary_size(&ngrams.settings, ngrams.character_bits)) < 0) {
            PyErr_NoMemory();
        } else if ((batch.sums = PyMem_Calloc((size_t)(2 * batch.registers * LANES), sizeof *batch.sums)) == NULL) {
            PyErr_NoMemory();
        } else {
            left = score_all(&batch, &data, &offsets, scores.buf);
            PyMem_Free(batch.sums);
        }
    }
    PyBuffer_Release(&data);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&folded);
    PyBuffer_Release(&scores);
    PyBuffer_Release(&linear.rows);
    PyBuffer_Release(&linear.scales);
    PyBuffer_Release(&linear.bias);
    release(&ngrams);
    return left;
}
