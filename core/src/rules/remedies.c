/* remedies.c: what to do about a problem whose text says only what was expected and what was found.
 */
#include "rules/compile.h"

#include <string.h>

const char *wm_problem_remedy(const wm_problem *problem)
{
    static const struct {
        const char *code;
        const char *remedy;
    } remedies[] = {
        { "bad_fact", "Name a fact by its id, in small letters." },
        { "bad_node", "Move it to where it may stand, or take it out." },
        { "bad_range", "Write a number in the range." },
        { "bad_shape", "Write it in the form that is expected." },
        { "bad_type", "Write the kind of value that is expected." },
        { "fact_type", "Use the node that fits the fact's type." },
        { "repeated", "Keep one of them." },
        { "unknown_fact", "Correct the name, or add the fact to facts/." },
        { "unknown_field", "Correct the name, or take the field out." },
        { "unknown_node", "Correct the name of the condition." },
        { "unknown_term", "Correct the term, or add it to the options of the fact." },
        { "unknown_verb", "Correct the name of the verb." },
    };
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0] && problem->remedy[0] == '\0';
         i++) {
        if (strcmp(problem->code, remedies[i].code) == 0) {
            return remedies[i].remedy;
        }
    }
    return problem->remedy[0] != '\0' ? problem->remedy : "Write what is expected here.";
}
